#pragma once

#include "audio/error.hpp"

#include <sndfile.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

/// Helpers of the audio tests.
namespace avatar::audio::test {

/// A folder of its own, removed at the end with all that is in it.
class temporary_folder {
public:
    temporary_folder() {
        static int count = 0;
        path_ = std::filesystem::temp_directory_path() /
                ("avatar-audio-" + std::to_string(getpid()) + "-" + std::to_string(++count));
        std::filesystem::create_directory(path_);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() { std::filesystem::remove_all(path_); }

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

inline void write_bytes(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What a sound file is written as.
struct sound_format {
    int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    int rate = 16'000;
    int channels = 1;
};

/// Writes samples, full scale 1.0, through libsndfile.
inline void write_sound(const std::string& path, const std::vector<float>& samples,
                        sound_format as = {}) {
    SF_INFO info{};
    info.format = as.format;
    info.samplerate = as.rate;
    info.channels = as.channels;
    const auto file = sf_open(path.c_str(), SFM_WRITE, &info);
    if (file == nullptr)
        throw std::runtime_error(sf_strerror(nullptr));
    const auto count = static_cast<sf_count_t>(samples.size());
    const auto written = sf_write_float(file, samples.data(), count);
    sf_close(file);
    if (written != count)
        throw std::runtime_error("not written: " + path);
}

/// The samples of signed 16-bit little-endian PCM.
inline std::vector<int> samples_of(std::string_view bytes) {
    std::vector<int> result;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const auto low = static_cast<unsigned char>(bytes[i]);
        const auto high = static_cast<unsigned char>(bytes[i + 1]);
        result.push_back(static_cast<std::int16_t>(low | high << 8));
    }
    return result;
}

/// What the audio_error says that `action` throws; "no error" where none.
template <class Action>
std::string error_of(Action action) {
    try {
        action();
    } catch (const audio_error& e) {
        return e.what();
    }
    return "no error";
}

} // namespace avatar::audio::test
