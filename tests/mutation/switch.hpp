#pragma once

// Included by every file of the instrumented build (scripts/mutation), and by no other.

#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mutation {

/// Which mutant is switched on, and where to note those that were reached: one byte a
/// mutant in a file that is shared by every process of a test, so that a process that is
/// killed has noted its own too.
struct state {
    int active = -1;
    char* reached = nullptr;
    long reached_size = 0;

    state() {
        if (const char* id = std::getenv("AVATAR_MUTANT"))
            active = std::atoi(id);
        const char* file = std::getenv("AVATAR_MUTANTS_REACHED");
        const int descriptor = file ? ::open(file, O_RDWR | O_CLOEXEC) : -1;
        if (descriptor < 0)
            return;
        struct stat info {};
        void* map = MAP_FAILED;
        if (::fstat(descriptor, &info) == 0)
            map = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ | PROT_WRITE,
                         MAP_SHARED, descriptor, 0);
        ::close(descriptor);
        if (map == MAP_FAILED)
            return;
        reached = static_cast<char*>(map);
        reached_size = info.st_size;
    }
};

/// Whether mutant `id` is switched on.
inline bool on(int id) {
    static const state current;
    if (id < current.reached_size)
        current.reached[id] = 1;
    return id == current.active;
}

} // namespace mutation
