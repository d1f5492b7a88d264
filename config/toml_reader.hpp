#pragma once

#include "config/assignment.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::config {

/// What is wrong with a TOML text: the line, what stands there and what would
/// be right, without the name of the file.
class toml_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The values of a TOML text in its order, with keys in full: `pool.size` for
/// `size` under `[pool]`. Strings and booleans as they are, numbers as they are
/// written but for underscores: `0.15`, and `1000` for `1_000`. Lists, dates
/// and control characters are refused: no option takes them. Throws toml_error,
/// which never holds a value: it may be a secret.
std::vector<assignment> read_toml(std::string_view text);

} // namespace avatar::config
