// A channel: a service in memory, which answers everything with the frames of a recording.
#include "behaviors.hpp"

#include <avatar_pool/transport/memory_channels.hpp>
#include <fstream>

using namespace avatar;

static std::string file;

static frame_batch recorded_frames() {
    std::ifstream in(file, std::ios::binary);
    std::string what, frames;
    std::vector<std::uint64_t> ends;
    for (std::size_t size = 0; in >> what >> size && in.get() == '\n';) {
        std::string bytes(size, '\0');
        in.read(bytes.data(), static_cast<std::streamsize>(size));
        if (what == "frame")
            ends.push_back((frames += bytes).size());
    }
    if (ends.empty())
        throw std::runtime_error("canned.recording=" + file + ": expected a recording with frames");
    return {frames, ends};
}

void add_canned_channel(extensions& to) {
    to.add_channel("canned", [](transport::io_runtime&, const config::settings&) {
        return transport::memory_channels(
            [frames = recorded_frames()](const std::string&, std::string_view) { return frames; });
    });
    to.add_option("canned.recording", file, "Recording that the channel canned plays");
}
