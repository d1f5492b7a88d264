#include "emulator/cross_origin.hpp"

#include <utility>

namespace avatar::emulator {

bool is_preflight(const transport::http_request& request) {
    return request.method == "OPTIONS";
}

transport::http_reply preflight_answer() {
    return {.status = 204,
            .body = "",
            .headers = {{"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
                        {"Access-Control-Allow-Headers",
                         "X-Api-Key, Content-Type, X-App-ID, X-Session-Key"},
                        {"Access-Control-Max-Age", "600"}}};
}

transport::http_reply for_any_origin(transport::http_reply reply) {
    reply.headers.emplace_back("Access-Control-Allow-Origin", "*");
    return reply;
}

} // namespace avatar::emulator
