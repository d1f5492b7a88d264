#include "tests/soak/resources.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <malloc.h>
#include <unistd.h>

namespace avatar::soak {

resources measure_resources() {
    malloc_trim(0); // Freed memory that the allocator keeps is no leak.
    resources now;
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages; // The second figure: resident.
    now.memory = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::filesystem::directory_iterator open("/proc/self/fd");
    now.descriptors = static_cast<std::size_t>(std::distance(begin(open), end(open)));
    return now;
}

} // namespace avatar::soak
