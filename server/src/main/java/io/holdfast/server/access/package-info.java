// SPDX-License-Identifier: Apache-2.0
/**
 * Who a client is: methods of enhanced authentication, checks of user name and password, and the threads on which they
 * judge; what access rules are to the session core. Knows neither sessions nor the network, so nothing of a session can be
 * touched before its client is known (T26).
 */
@NullMarked
package io.holdfast.server.access;

import org.jspecify.annotations.NullMarked;
