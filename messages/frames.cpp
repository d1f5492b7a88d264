#include "messages/frames.hpp"

#include "messages/pieces.hpp"

#include <stdexcept>
#include <utility>

namespace avatar {
namespace {

std::string misfit(std::string_view bytes, const std::vector<std::uint64_t>& ends) {
    const auto why = why_not_cut(bytes.size(), ends, "frame");
    return why.empty() ? why : "frames of " + std::to_string(bytes.size()) + " bytes: " + why;
}

} // namespace

frame_batch::frame_batch(std::string bytes, std::vector<std::uint64_t> ends) {
    if (const auto why = misfit(bytes, ends); !why.empty())
        throw std::invalid_argument(why);
    content_ = std::make_shared<const content>(content{std::move(bytes), std::move(ends)});
}

caf::error frame_batch::take(content read) {
    if (const auto why = misfit(read.bytes, read.ends); !why.empty())
        return caf::make_error(caf::sec::invalid_argument, why);
    content_ = std::make_shared<const content>(std::move(read));
    return caf::none;
}

} // namespace avatar
