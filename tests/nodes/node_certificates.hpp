#pragma once

#include "tests/support/process.hpp"

#include <string>

namespace avatar::tests {

/// Certificates as scripts/node-certificates makes them, in a folder that goes with this.
class node_certificates {
public:
    /// Throws when there are none.
    explicit node_certificates(const arguments& names);
    ~node_certificates();

    node_certificates(const node_certificates&) = delete;
    node_certificates& operator=(const node_certificates&) = delete;

    /// For the command line of that node.
    arguments options(const std::string& name) const;

private:
    std::string folder_;
};

} // namespace avatar::tests
