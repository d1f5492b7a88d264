#pragma once

#include "actors/cluster/links/basp_guard.hpp"
#include "actors/cluster/links/link_table.hpp"
#include "transport/node_connection.hpp"

#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/io/scribe.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace avatar {

/// Reads and writes the socket of a link for CAF, through TLS or plain.
class link_stream {
public:
    explicit link_stream(std::unique_ptr<transport::node_tls> tls) : tls_(std::move(tls)) {}

    caf::io::network::rw_state read_some(std::size_t& count, caf::io::network::native_socket socket,
                                         void* into, std::size_t size);
    caf::io::network::rw_state write_some(std::size_t& count,
                                          caf::io::network::native_socket socket, const void* from,
                                          std::size_t size);

    /// Whether so much is decrypted: the socket says nothing of that.
    bool must_read_more(caf::io::network::native_socket, std::size_t threshold) const {
        return tls_ && tls_->pending() >= threshold;
    }

private:
    std::unique_ptr<transport::node_tls> tls_;
};

/// A link to another node, as CAF's BASP broker sees it: what is read goes through a guard,
/// and a link on which nonsense comes ends. Lives on the thread of CAF's multiplexer.
class node_link final : public caf::io::scribe {
public:
    /// In `table`, as `name`, for as long as it lives.
    node_link(caf::io::network::default_multiplexer& multiplexer,
              transport::node_connection connection, basp_guard guard,
              std::shared_ptr<link_table> table, std::string name);
    ~node_link() override;

    int socket() const { return stream_.fd(); }

    void configure_read(caf::io::receive_policy::config config) override;
    void ack_writes(bool enable) override { stream_.ack_writes(enable); }
    std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
    std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
    void graceful_shutdown() override;
    void flush() override { stream_.flush(this); }
    std::string addr() const override;
    std::uint16_t port() const override;
    void add_to_loop() override { stream_.activate(this); }
    void remove_from_loop() override { stream_.passivate(); }
    bool consume(caf::execution_unit* context, const void* data, std::size_t size) override;

private:
    caf::io::network::stream_impl<link_stream> stream_;
    basp_guard guard_;
    std::shared_ptr<link_table> table_;
    bool started_ = false;
};

} // namespace avatar
