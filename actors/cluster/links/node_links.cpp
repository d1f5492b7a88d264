#include "actors/cluster/links/node_links.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/links/link_table.hpp"
#include "actors/cluster/links/node_link.hpp"
#include "transport/io_runtime.hpp"
#include "transport/listen_error.hpp"
#include "transport/node_sockets.hpp"

#include <caf/io/basp_broker.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace avatar {
namespace {

namespace network = caf::io::network;

network::default_multiplexer& multiplexer_of(caf::actor_system& system) {
    // The only one that CAF 0.17 has.
    return static_cast<network::default_multiplexer&>(system.middleman().backend());
}

/// Where nodes come in, as CAF's BASP broker sees it. The socket that listens is none of CAF's:
/// it is handed links that are agreed on.
class node_doorman final : public caf::io::doorman {
public:
    node_doorman(network::default_multiplexer& multiplexer, std::uint16_t port)
        : caf::io::doorman(caf::io::accept_handle::from_int(multiplexer.next_endpoint_id())),
          multiplexer_(multiplexer),
          port_(port) {}

    /// On the multiplexer's thread.
    void accept(caf::intrusive_ptr<node_link> link) {
        if (detached())
            return;
        const auto handle = link->hdl();
        parent()->add_scribe(std::move(link));
        caf::io::doorman::new_connection(&multiplexer_, handle);
    }

    bool new_connection() override { return false; }
    void graceful_shutdown() override { detach(&multiplexer_, false); }
    void launch() override {}
    std::string addr() const override { return {}; }
    std::uint16_t port() const override { return port_; }
    void add_to_loop() override {}
    void remove_from_loop() override {}

private:
    network::default_multiplexer& multiplexer_;
    const std::uint16_t port_;
};

} // namespace

/// What the actors of the links share with the threads of their sockets.
struct node_link_parts {
    node_link_parts(caf::actor_system& system, transport::io_runtime& io,
                    std::shared_ptr<const transport::node_credentials> with,
                    const node_link_limits& of)
        : multiplexer(multiplexer_of(system)),
          credentials(std::move(with)),
          limits(of),
          sockets(std::in_place, *io.contexts().front(), credentials, limits.sockets) {}

    std::string next_name() { return "link-" + std::to_string(++last_name); }

    caf::intrusive_ptr<node_link> make_link(transport::node_connection connection,
                                            basp_guard::side side, const std::string& name) {
        return caf::make_counted<node_link>(multiplexer, std::move(connection),
                                            basp_guard(side, limits.max_message), table, name);
    }

    void put(const std::string& name, transport::node_connection connection) {
        const std::lock_guard lock(mutex);
        agreed.emplace(name, std::move(connection));
    }

    std::optional<transport::node_connection> take(const std::string& name) {
        const std::lock_guard lock(mutex);
        auto found = agreed.extract(name);
        if (!found)
            return std::nullopt;
        return std::move(found.mapped());
    }

    network::default_multiplexer& multiplexer;
    const std::shared_ptr<const transport::node_credentials> credentials;
    const node_link_limits limits;
    const std::shared_ptr<link_table> table = std::make_shared<link_table>();
    std::optional<transport::node_connector> sockets;
    caf::intrusive_ptr<node_doorman> doorman;
    std::atomic<std::uint64_t> last_name{0};

    std::mutex mutex; // Of the connections on their way from an I/O thread to CAF.
    std::map<std::string, transport::node_connection> agreed;
};

namespace {

/// CAF's own actor for links, whose sockets are ours.
class link_middleman final : public caf::io::middleman_actor_impl {
public:
    link_middleman(caf::actor_config& config, caf::actor broker,
                   std::shared_ptr<node_link_parts> parts)
        : caf::io::middleman_actor_impl(config, std::move(broker)),
          parts_(std::move(parts)) {}

    const char* name() const override { return "link_middleman"; }

protected:
    /// `name` in place of a host: the link is there already.
    caf::expected<caf::io::scribe_ptr> connect(const std::string& name, std::uint16_t) override {
        auto connection = parts_->take(name);
        if (!connection)
            return caf::sec::cannot_connect_to_node;
        return caf::io::scribe_ptr(
            parts_->make_link(std::move(*connection), basp_guard::side::connecting, name));
    }

    caf::expected<caf::io::doorman_ptr> open(std::uint16_t, const char*, bool) override {
        return caf::io::doorman_ptr(parts_->doorman);
    }

private:
    std::shared_ptr<node_link_parts> parts_;
};

/// A link that this node makes is agreed on, or is not.
struct link_agreed {
    std::string name;
    std::string why; // Empty: it is.

    template <class Inspector>
    friend auto inspect(Inspector& f, link_agreed& x) {
        return f(x.name, x.why);
    }
};

/// A link has come, or has been made.
struct link_begun {
    std::string link;

    template <class Inspector>
    friend auto inspect(Inspector& f, link_begun& x) {
        return f(x.link);
    }
};

/// The node at the other end of that link is to have introduced itself.
struct introduction_due {
    std::string link;

    template <class Inspector>
    friend auto inspect(Inspector& f, introduction_due& x) {
        return f(x.link);
    }
};

using link_keeper_actor = node_connector_actor::extend< //
    caf::reacts_to<link_agreed>, caf::reacts_to<link_begun>, caf::reacts_to<introduction_due>>;

struct link_keeper_state {
    using promise = caf::typed_response_promise<node_connected>;

    std::map<std::string, promise> asked; // By the name of the link.
    const char* name = "link_keeper";

    void answer(const std::string& link, node_connected with) {
        if (auto known = asked.extract(link))
            known.mapped().deliver(std::move(with));
    }
};

node_connected not_connected(std::string why) {
    return {nullptr, {}, std::move(why)};
}

link_keeper_actor::behavior_type
link_keeper(link_keeper_actor::stateful_pointer<link_keeper_state> self,
            std::shared_ptr<node_link_parts> parts, caf::io::middleman_actor middleman) {
    name_exceptions(self);
    self->set_exit_handler([self](const caf::exit_msg& message) {
        while (!self->state.asked.empty())
            self->state.answer(self->state.asked.begin()->first,
                               not_connected("the links of this node have ended"));
        self->quit(message.reason);
    });
    return {
        [=](connect_node& to) {
            const auto name = parts->next_name();
            const auto promise =
                self->state.asked.emplace(name, self->make_response_promise<node_connected>())
                    .first->second;
            parts->sockets->connect(
                std::move(to.host), to.port,
                [parts, name, keeper = link_keeper_actor(self)](
                    std::unique_ptr<transport::node_connection> connection, std::string why) {
                    if (connection)
                        parts->put(name, std::move(*connection));
                    caf::anon_send(keeper, link_agreed{name, std::move(why)});
                });
            return promise;
        },
        [=](link_agreed& link) {
            if (!link.why.empty())
                return self->state.answer(link.name, not_connected(std::move(link.why)));
            self->send(self, link_begun{link.name});
            self->request(middleman, caf::infinite, caf::connect_atom::value, link.name,
                          std::uint16_t{0})
                .then(
                    [=, name = link.name](const caf::node_id&, caf::strong_actor_ptr& published,
                                          std::set<std::string>& interface) {
                        self->state.answer(
                            name,
                            published
                                ? node_connected{std::move(published), std::move(interface), {}}
                                : not_connected("the node has published no actor"));
                    },
                    [=, name = link.name](const caf::error&) {
                        self->state.answer(
                            name, not_connected(parts->credentials
                                                    ? "it did not answer as a node of avatar-pool"
                                                    : "it did not answer as a node of avatar-pool "
                                                      "without certificates"));
                    });
        },
        [=](const link_begun& begun) {
            self->delayed_send(self, parts->limits.introduction, introduction_due{begun.link});
        },
        [=](const introduction_due& due) { parts->table->cut_unless_introduced(due.link); },
    };
}

} // namespace

node_links::node_links(caf::actor_system& system, transport::io_runtime& io,
                       std::shared_ptr<const transport::node_credentials> credentials,
                       node_link_limits limits)
    : system_(system),
      io_(io),
      parts_(std::make_shared<node_link_parts>(system, io, std::move(credentials), limits)) {
    auto broker = system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
    middleman_ = caf::actor_cast<caf::actor>(
        system.spawn<link_middleman, caf::hidden>(std::move(broker), parts_));
    connector_ = system.spawn<caf::hidden>(link_keeper, parts_,
                                           caf::actor_cast<caf::io::middleman_actor>(middleman_));
}

node_links::~node_links() {
    listener_.reset();
    parts_->sockets.reset();
    cut();
    caf::anon_send_exit(connector_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(middleman_, caf::exit_reason::kill);
}

void node_links::cut() {
    parts_->table->cut_all();
}

std::uint16_t node_links::publish(caf::strong_actor_ptr actor, std::set<std::string> interface,
                                  const std::string& address, std::uint16_t port) {
    listener_ = std::make_unique<transport::node_listener>(
        *io_.contexts().front(), address, port, parts_->credentials, parts_->limits.sockets);
    parts_->doorman = caf::make_counted<node_doorman>(parts_->multiplexer, listener_->port());
    caf::scoped_actor self(system_);
    caf::error failed;
    self->request(caf::actor_cast<caf::io::middleman_actor>(middleman_), caf::infinite,
                  caf::publish_atom::value, listener_->port(), std::move(actor),
                  std::move(interface), std::string(), false)
        .receive([](std::uint16_t) {}, [&](caf::error& why) { failed = std::move(why); });
    if (failed)
        throw transport::listen_error("cannot publish at " + address + ": " +
                                      system_.render(failed));
    // The broker is told of its doorman on the multiplexer's thread, before of any link.
    listener_->start([parts = parts_, keeper = caf::actor_cast<link_keeper_actor>(connector_)](
                         transport::node_connection connection) {
        const auto name = parts->next_name();
        parts->multiplexer.post(
            [parts, link = parts->make_link(std::move(connection), basp_guard::side::accepting,
                                            name)] { parts->doorman->accept(link); });
        caf::anon_send(keeper, link_begun{name});
    });
    return listener_->port();
}

} // namespace avatar
