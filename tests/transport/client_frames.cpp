#include "tests/transport/client_frames.hpp"

#include "protocol/wire.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <variant>

namespace avatar::tests {

client_frame read_frame(raw_service::websocket& ws) {
    const auto bytes = [&](std::size_t count) {
        std::string data(count, '\0');
        boost::asio::read(ws.next_layer(), boost::asio::buffer(data));
        return data;
    };
    const auto head = bytes(2);
    std::size_t size = head[1] & 0x7f;
    if (size >= 126) {
        const auto wide = bytes(size == 126 ? 2 : 8);
        size = 0;
        for (const unsigned char byte : wide)
            size = size << 8 | byte;
    }
    const auto mask = bytes(4);
    client_frame frame{head[0] & 0x0f, bytes(size)};
    for (std::size_t i = 0; i < size; ++i)
        frame.payload[i] ^= mask[i % 4];
    return frame;
}

std::string words_of(const client_frame& frame) {
    switch (frame.opcode) {
    case client_frame::ping:
        return "ping " + frame.payload;
    case client_frame::close:
        return "close " + std::to_string(static_cast<unsigned char>(frame.payload.at(0)) << 8 |
                                         static_cast<unsigned char>(frame.payload.at(1)));
    case client_frame::binary:
        break;
    default:
        return "opcode " + std::to_string(frame.opcode);
    }
    const auto message = protocol::decode(frame.payload);
    if (!message)
        return "no message";
    if (const auto* audio = std::get_if<protocol::audio_input>(&*message))
        return std::string(audio->req_id) + (audio->end ? " ends" : " goes on");
    if (const auto* interrupt = std::get_if<protocol::client_interrupt>(&*message))
        return std::string(interrupt->req_id) + " interrupted";
    return "another message";
}

void note_frames(raw_service::websocket& ws, inbox<std::string>& notes,
                 const std::function<void(const client_frame&)>& answer) {
    try {
        for (;;) {
            const auto frame = read_frame(ws);
            notes.put(words_of(frame));
            answer(frame);
        }
    } catch (const boost::system::system_error&) {
        notes.put("end");
    }
}

void write_frame(raw_service::websocket& ws, int opcode, const std::string& payload) {
    const std::string frame{static_cast<char>(0x80 | opcode), static_cast<char>(payload.size())};
    boost::asio::write(ws.next_layer(), boost::asio::buffer(frame + payload));
}

} // namespace avatar::tests
