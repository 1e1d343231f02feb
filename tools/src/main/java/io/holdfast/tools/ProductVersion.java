// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import picocli.CommandLine.IVersionProvider;

/** The product's version on the command line. */
final class ProductVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"holdfast " + io.holdfast.server.ProductVersion.text()};
    }
}
