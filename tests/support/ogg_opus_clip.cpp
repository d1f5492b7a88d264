#include "tests/support/ogg_opus_clip.hpp"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <vector>

namespace {

/// A file that libsndfile writes into, in memory.
struct memory_file {
    std::string bytes;
    sf_count_t position = 0;
};

memory_file& file_of(void* user) {
    return *static_cast<memory_file*>(user);
}

sf_count_t size_of(void* user) {
    return static_cast<sf_count_t>(file_of(user).bytes.size());
}

sf_count_t seek(sf_count_t offset, int whence, void* user) {
    auto& file = file_of(user);
    const auto from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : size_of(user);
    return file.position = from + offset;
}

sf_count_t read(void* to, sf_count_t count, void* user) {
    auto& file = file_of(user);
    const auto available = std::min(count, size_of(user) - file.position);
    file.bytes.copy(static_cast<char*>(to), static_cast<std::size_t>(available),
                    static_cast<std::size_t>(file.position));
    file.position += available;
    return available;
}

sf_count_t write(const void* from, sf_count_t count, void* user) {
    auto& file = file_of(user);
    file.bytes.resize(static_cast<std::size_t>(std::max(size_of(user), file.position + count)));
    std::copy_n(static_cast<const char*>(from), count,
                file.bytes.begin() + static_cast<std::ptrdiff_t>(file.position));
    file.position += count;
    return count;
}

sf_count_t tell(void* user) {
    return file_of(user).position;
}

} // namespace

std::string make_ogg_opus(double seconds, int sample_rate) {
    memory_file file;
    SF_VIRTUAL_IO io{size_of, seek, read, write, tell};
    SF_INFO info{};
    info.samplerate = sample_rate;
    info.channels = 1;
    info.format = SF_FORMAT_OGG | SF_FORMAT_OPUS;
    SNDFILE* sound = sf_open_virtual(&io, SFM_WRITE, &info, &file);
    if (!sound)
        throw std::runtime_error(sf_strerror(nullptr));
    std::vector<float> tone(static_cast<std::size_t>(seconds * sample_rate));
    for (std::size_t i = 0; i < tone.size(); ++i)
        tone[i] =
            0.3f * std::sin(2'000.0f * static_cast<float>(i) / static_cast<float>(sample_rate));
    sf_writef_float(sound, tone.data(), static_cast<sf_count_t>(tone.size()));
    sf_close(sound);
    return file.bytes;
}
