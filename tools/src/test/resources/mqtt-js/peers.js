// SPDX-License-Identifier: Apache-2.0
//
// MQTT.js clients that a test drives: one line of JSON in for each thing to do, one line out for each answer and for each
// thing that happened. Says what the library says, and decides nothing.
'use strict'

const mqtt = require('mqtt')
const readline = require('node:readline')

const clients = new Map()

function say (line) {
  process.stdout.write(JSON.stringify(line) + '\n')
}

function without (object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ''))
}

function pairs (list) {
  const properties = {}
  for (const pair of list) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    properties[name] = [...(properties[name] ?? []), pair.slice(at + 1)]
  }
  return list.length === 0 ? undefined : properties
}

function unpaired (properties) {
  const list = []
  for (const [name, value] of Object.entries(properties ?? {})) {
    for (const one of [].concat(value)) list.push(name + '=' + one)
  }
  return list
}

function messageProperties (told) {
  return without({
    contentType: told.contentType,
    responseTopic: told.responseTopic,
    correlationData: told.correlation ? Buffer.from(told.correlation) : undefined,
    userProperties: pairs(told.userProperties),
    messageExpiryInterval: told.expirySeconds || undefined
  })
}

function received (packet) {
  const properties = packet.properties ?? {}
  return {
    event: 'message',
    topic: packet.topic.toString(),
    text: packet.payload.toString(),
    qos: packet.qos,
    retain: packet.retain,
    contentType: properties.contentType,
    responseTopic: properties.responseTopic,
    correlation: properties.correlationData?.toString(),
    userProperties: unpaired(properties.userProperties),
    expirySeconds: properties.messageExpiryInterval,
    identifiers: properties.subscriptionIdentifier
  }
}

function connect (order, answer) {
  const options = {
    protocolVersion: 5,
    clientId: order.id,
    clean: order.clean,
    keepalive: order.keepAlive,
    reconnectPeriod: order.reconnect,
    rejectUnauthorized: false, // Tests make their certificates themselves.
    resubscribe: false,
    autoAssignTopicAlias: true,
    properties: without({
      sessionExpiryInterval: order.expirySeconds || undefined,
      receiveMaximum: order.receiveMaximum || undefined,
      maximumPacketSize: order.packetBytesMax || undefined,
      topicAliasMaximum: order.topicAliasMaximum || undefined,
      requestResponseInformation: order.responseInformation || undefined,
      authenticationMethod: order.authenticationMethod
    })
  }
  if (order.will) {
    options.will = {
      topic: order.will.topic,
      payload: Buffer.from(order.will.text),
      qos: order.will.qos,
      retain: order.will.retain,
      properties: { ...messageProperties(order.will), willDelayInterval: order.willDelay }
    }
  }
  const client = mqtt.connect(order.url, options)
  client.answers = new Map()
  clients.set(order.peer, client)
  client.on('connect', packet => answer({
    code: packet.reasonCode, present: packet.sessionPresent, properties: packet.properties ?? {}
  }))
  client.on('error', error => {
    say({ peer: order.peer, event: 'error', text: error.message })
    answer({ code: error.code, text: error.message })
  })
  client.on('packetreceive', packet => {
    // The library's callback for a publish tells of refusals only.
    if (packet.cmd === 'puback' || packet.cmd === 'pubrec') client.answers.set(packet.messageId, packet)
  })
  client.on('message', (topic, payload, packet) => say({ peer: order.peer, ...received({ ...packet, topic }) }))
  client.on('disconnect', packet => say({
    peer: order.peer, event: 'ended', code: packet.reasonCode, text: packet.properties?.reasonString
  }))
}

function subscribe (order, answer) {
  const filters = {}
  filters[order.filter] = { qos: order.qos, nl: order.noLocal, rap: order.retainAsPublished, rh: order.retainHandling }
  const properties = without({ subscriptionIdentifier: order.identifier || undefined })
  clients.get(order.peer).subscribe(filters, { properties }, (error, granted, packet) => answer({
    code: packet ? packet.granted[0] : granted?.[0]?.qos ?? 255,
    text: packet?.properties?.reasonString ?? error?.message
  }))
}

function publish (order, answer) {
  const options = { qos: order.qos, retain: order.retain, properties: messageProperties(order) }
  const client = clients.get(order.peer)
  client.publish(order.topic, order.text, options, (error, packet) => {
    const told = client.answers.get(packet?.messageId)
    client.answers.delete(packet?.messageId)
    answer({ code: error ? error.code : told?.reasonCode ?? 0, text: told?.properties?.reasonString ?? error?.message })
  })
}

function end (order, answer) {
  const client = clients.get(order.peer)
  clients.delete(order.peer)
  client?.removeAllListeners('error')
  client?.on('error', () => {})
  if (client?.connected) {
    client.end(false, () => answer({ code: 0 }))
  } else {
    client?.end(true)
    answer({ code: 0 })
  }
}

const operations = { connect, subscribe, publish, end }

readline.createInterface({ input: process.stdin }).on('line', line => {
  const order = JSON.parse(line)
  let answered = false
  operations[order.do](order, result => {
    if (!answered) say({ peer: order.peer, answers: order.number, ...result })
    answered = true
  })
}).on('close', () => process.exit(0))
