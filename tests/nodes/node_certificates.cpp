#include "tests/nodes/node_certificates.hpp"

#include <filesystem>
#include <stdexcept>
#include <stdlib.h>
#include <system_error>

namespace avatar::tests {

node_certificates::node_certificates(const arguments& names)
    : folder_((std::filesystem::temp_directory_path() / "avatar-pki-XXXXXX").string()) {
    if (!::mkdtemp(folder_.data()))
        throw std::runtime_error("no temporary directory");
    arguments with = {folder_};
    with.insert(with.end(), names.begin(), names.end());
    process script(AVATAR_NODE_CERTIFICATES, with);
    if (script.wait() != 0)
        throw std::runtime_error(script.err());
}

node_certificates::~node_certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

arguments node_certificates::options(const std::string& name) const {
    return {"--node.certificate=" + folder_ + "/" + name + ".pem",
            "--node.key=" + folder_ + "/" + name + ".key",
            "--node.authority=" + folder_ + "/ca.pem"};
}

} // namespace avatar::tests
