// Sessions that are not the pool's own, and what becomes of a pool when they misbehave.
#include "tests/actors/pool/pool_fixture.hpp"

#include <stdexcept>

#define CAF_SUITE pool_extensions

using namespace avatar;
using tests::ids;
using namespace std::chrono_literals;

namespace {

/// Another actor altogether, which does that with requests and nothing with all else.
template <class OnRequest>
session_actor::behavior_type ignoring(OnRequest on_request) {
    return {
        on_request,
        [](cancel_request&) {},
        [](const source_ended&) {},
        [](check_session) {},
        [](close_session) {},
        [](owner_ended) {},
        [](channel_opened&) {},
        [](animation_frames&) {},
        [](const reading_paused&) {},
        [](const audio_wanted&) {},
        [](exchange_finished&) {},
        [](channel_alive) {},
        [](channel_closed&) {},
    };
}

session_actor::behavior_type breaks_down() {
    return ignoring(
        [](assigned_request&) -> caf::result<audio_result> { throw std::runtime_error("broken"); });
}

session_actor::behavior_type never_answers(session_actor::pointer self) {
    return ignoring([self](assigned_request&) -> caf::result<audio_result> {
        return self->make_response_promise<audio_result>();
    });
}

struct extension_fixture : tests::pool_fixture {
    void use(session_function session, std::string name) {
        complete = [=](pool_plan& plan) {
            plan.session = session;
            plan.session_name = name;
            plan.open_timeout = 11s;
        };
    }

    /// The first session does that, those after it what the pool's own do.
    template <class Behavior>
    void use_once(Behavior first, std::string name) {
        use(
            [this, first](auto* self, session_key key, session_owner_actor owner,
                          const transport::channel_factory& make) {
                if (++made_ > 1)
                    return pool_session(self, key, std::move(owner), make);
                return first(self, key, owner);
            },
            std::move(name));
    }

private:
    int made_ = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_extensions_tests, extension_fixture)

CAF_TEST(a session may have channels of its own around those of the pool) {
    ids heard;
    use(
        [&](auto* self, session_key key, session_owner_actor owner,
            const transport::channel_factory& make) {
            const transport::channel_factory tapped = [&heard, make](transport::channel_sink sink) {
                return make([&heard, sink](channel_event event) {
                    if (const auto* end = std::get_if<exchange_finished>(&event))
                        heard.push_back(end->request_id);
                    sink(std::move(event));
                });
            };
            return pool_session(self, key, std::move(owner), tapped);
        },
        "tap");
    open_pool_of(2);
    ask(pool, "r-0");
    finish(0);
    CAF_CHECK(result_of("r-0").ok());
    CAF_CHECK_EQUAL(heard, ids{"r-0"});
}

CAF_TEST(a session that cannot begin is named) {
    settings.size = 1;
    settings.max_restarts = 0;
    use([](auto*, session_key, session_owner_actor, const transport::channel_factory&)
            -> session_actor::behavior_type { throw std::runtime_error("no\ndisk"); },
        "recorder");
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 0u);
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(describe(result_of("r-0").failure),
                    "the pool failed: more than 0 session actors failed within 1min "
                    "(pool.max-restarts), the last one: session \"recorder\": no disk");
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a session that throws later is named and replaced) {
    settings.size = 1;
    use_once(
        [](auto* self, session_key key, const session_owner_actor& owner) {
            self->send(owner, session_opened{key, "mine"});
            return breaks_down();
        },
        "late");
    begin_opening();
    after(1min);
    CAF_CHECK_EQUAL(status().connected, 1u);
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(broken, ids{});
    CAF_CHECK_EQUAL(describe(result_of("r-0").failure), "session \"late\": broken");
    confirm(0);
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(sent(0), ids{"r-1"});
    CAF_CHECK_EQUAL(status().crashed, 1u);
}

CAF_TEST(a session that never answers costs its requests and is replaced) {
    settings.size = 1;
    settings.reconnect_min = 1ms;
    use_once(
        [](auto* self, session_key key, const session_owner_actor& owner) {
            self->send(owner, session_opened{key, "mine"});
            return never_answers(self);
        },
        "deaf");
    begin_opening();
    ask(pool, "r-0");
    ask(pool, "r-1");
    after(45s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    CAF_CHECK_EQUAL(code_of("r-1"), "borrowTimeout");
    after(10s); // The late timeout.
    confirm(0);
    ask(pool, "r-2");
    CAF_CHECK_EQUAL(sent(0), ids{"r-2"});
    finish(0);
    after(5s); // It does not close either.
    CAF_CHECK_EQUAL(status().requests.open, 0u);
    CAF_CHECK_EQUAL(results.size(), 3u);
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a session that ends a request without an answer costs it) {
    settings.size = 1;
    settings.borrow_timeout = 5min;
    use(
        [](auto* self, session_key key, session_owner_actor owner,
           const transport::channel_factory&) {
            self->send(owner, session_opened{key, "mine"});
            return ignoring([=](assigned_request&) -> caf::result<audio_result> {
                self->send(owner, session_idle{.key = key, .answered = true});
                return self->template make_response_promise<audio_result>();
            });
        },
        "forgetful");
    begin_opening();
    ask(pool, "r-0");
    ask(pool, "r-1");
    after(45s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(a session that answers and does not tell costs nothing but itself) {
    settings.size = 1;
    use(
        [](auto* self, session_key key, session_owner_actor owner,
           const transport::channel_factory&) {
            self->send(owner, session_opened{key, "mine"});
            return ignoring([](assigned_request& assigned) -> caf::result<audio_result> {
                audio_result result;
                result.request_id = assigned.request.request_id;
                return result;
            });
        },
        "quiet");
    begin_opening();
    ask(pool, "r-0");
    CAF_CHECK(result_of("r-0").ok());
    CAF_CHECK_EQUAL(status().requests.succeeded, 1u);
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(a session that closes and lives on costs its request) {
    settings.size = 1;
    session_actor kept;
    use(
        [&](auto* self, session_key key, session_owner_actor owner,
            const transport::channel_factory&) {
            kept = self;
            self->send(owner, session_opened{key, "mine"});
            return ignoring([=](assigned_request&) -> caf::result<audio_result> {
                self->send(owner, session_closed{key, {}, 0});
                return self->template make_response_promise<audio_result>();
            });
        },
        "undead");
    begin_opening();
    ask(pool, "r-0");
    after(45s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    close();
    after(5s);
    CAF_CHECK_EQUAL(closed, 1);
    caf::anon_send_exit(kept, caf::exit_reason::kill);
    kept = nullptr;
    consume_messages();
}

CAF_TEST(a session that opens twice is one session) {
    settings.size = 1;
    use(
        [](auto* self, session_key key, session_owner_actor owner,
           const transport::channel_factory& make) {
            self->delayed_send(owner, 2min, session_opened{key, "again"});
            return pool_session(self, key, owner, make);
        },
        "twice");
    open_pool_of(1);
    ask(pool, "r-0");
    after(1min - 46s);
    ask(pool, "r-1");
    after(2s);
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    finish(0);
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a channel that opens twice costs its session) {
    open_pool_of(1);
    ask(pool, "r-0");
    service.at(0).confirm("again");
    consume_messages();
    CAF_CHECK_EQUAL(describe(result_of("r-0").failure),
                    "the session's actor failed: its channel opened a second time");
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a factory without a channel costs its session) {
    settings.size = 1;
    complete = [](pool_plan& plan) {
        plan.make_channel = [](transport::channel_sink) { return nullptr; };
    };
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(describe(opened[0].failures[0].sample),
                    "the session's actor failed: the channel factory made none");
}

CAF_TEST(a session that answers with an error costs its request) {
    settings.size = 1;
    use(
        [](auto* self, session_key key, session_owner_actor owner,
           const transport::channel_factory&) {
            self->send(owner, session_opened{key, "mine"});
            return ignoring([](assigned_request&) -> caf::result<audio_result> {
                return caf::make_error(caf::sec::runtime_error, "not mine");
            });
        },
        "picky");
    begin_opening();
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(describe(result_of("r-0").failure), "session \"picky\": not mine");
    CAF_CHECK_EQUAL(broken, ids{});
}

CAF_TEST(what runs on a session of somebody else ends with the pool) {
    use(
        [](auto* self, session_key key, session_owner_actor owner,
           const transport::channel_factory& make) {
            return pool_session(self, key, std::move(owner), make);
        },
        "plain");
    open_pool_of(2);
    ask(pool, "r-0");
    ask(pool, "r-1");
    die_untouched(0); // Goes to the other.
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(results.size(), 2u);
    CAF_CHECK_EQUAL(broken, ids{});
}

CAF_TEST(a session that never opens is replaced) {
    settings.size = 1;
    settings.reconnect_min = 1ms;
    use_once(
        [](auto* self, session_key, const session_owner_actor&) {
            return self->state.behavior(); // Without a channel.
        },
        "silent");
    begin_opening();
    after(10s);
    CAF_CHECK_EQUAL(opened.size(), 0u);
    after(1s);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(describe(opened[0].failures[0].sample),
                    "it neither opened nor failed within 11s");
    after(1s);
    CAF_REQUIRE_EQUAL(service.made(), 1u);
    confirm(0);
    CAF_CHECK_EQUAL(status().connected, 1u);
}

CAF_TEST(a session that never closes is ended) {
    complete = [](pool_plan& plan) { plan.open_timeout = 11s; };
    open_pool_of(2);
    service.at(0).answers_close = false;
    ask(pool, "r-0");
    close();
    CAF_CHECK_EQUAL(closed, 0);
    after(5s);
    CAF_CHECK_EQUAL(closed, 1);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestCancelled");
}

CAF_TEST_FIXTURE_SCOPE_END()
