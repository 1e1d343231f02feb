// SPDX-License-Identifier: Apache-2.0
/** Tokens: a JSON Web Token as the password of a CONNECT, signed by somebody whose public keys are in a file. */
@NullMarked
package io.holdfast.server.token;

import org.jspecify.annotations.NullMarked;
