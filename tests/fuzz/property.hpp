#pragma once

#include <cstdlib>
#include <iostream>
#include <string_view>

/// What the fuzz targets check beyond "does not crash".
namespace avatar::fuzz {

/// Ends the process where a property does not hold: libFuzzer then keeps the
/// input. `property` says what should have been true.
inline void require(bool holds, std::string_view property) {
    if (holds)
        return;
    std::cerr << "property violated: " << property << std::endl;
    std::abort();
}

/// Whether a terminal shows the text on one line: no control character, of the
/// first set or of the second (U+0080 to U+009F). On purpose not written with
/// protocol::on_one_line, which it checks.
inline bool is_one_line(std::string_view text) {
    unsigned char previous = 0;
    for (unsigned char c : text) {
        if (c < 0x20 || c == 0x7F || (previous == 0xC2 && c >= 0x80 && c < 0xA0))
            return false;
        previous = c;
    }
    return true;
}

} // namespace avatar::fuzz
