#include "tests/actors/cluster/shares/share_fixture.hpp"

#include <caf/binary_serializer.hpp>

#define CAF_SUITE share_driver

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// A link is cut by a message of more than 1 MiB.
constexpr std::size_t longest_message = 1024 * 1024 - 4096;

template <class Message>
std::size_t size_on_the_wire(caf::actor_system& system, Message message) {
    std::vector<char> bytes;
    caf::binary_serializer to(system, bytes);
    CAF_REQUIRE(!to(message));
    return bytes.size();
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(share_driver_tests, tests::share_fixture)

CAF_TEST(a clip comes in parts and the pool opens for its format) {
    const clip_format format{protocol::audio_format::ogg_opus, 48'000, 32'000};
    clip = audio_clip(std::string(1'000, 's'), format);
    part_bytes = 300;
    spawn_share();
    CAF_REQUIRE_EQUAL(parts_asked.size(), 4u);
    for (std::size_t i = 0; i < parts_asked.size(); ++i) {
        CAF_CHECK_EQUAL(parts_asked[i].share, number);
        CAF_CHECK_EQUAL(parts_asked[i].offset, 300 * i);
    }
    CAF_REQUIRE_EQUAL(formats.size(), 1u);
    CAF_CHECK(formats[0] == format);
    CAF_CHECK_EQUAL(sizes[0], 2u);
    CAF_CHECK_EQUAL(service.made(), 2u);
    confirm_all();
    begin(1, 1);
    CAF_CHECK(service.at(0).audio == clip);
}

CAF_TEST(a clip that is streamed arrives with its pieces) {
    clip = audio_clip("speech", {2, 4, 6}, 20ms);
    open();
    begin(1, 1);
    CAF_CHECK(service.at(0).audio == clip);
}

CAF_TEST(no pool opens before the clip is there) {
    gives_clip = false;
    spawn_share();
    give_part(0, packed.substr(0, packed.size() - 1));
    consume_messages();
    CAF_CHECK(pools.empty());
    CAF_REQUIRE_EQUAL(parts_asked.size(), 2u);
    CAF_CHECK_EQUAL(parts_asked[1].offset, packed.size() - 1);
    give_part(packed.size() - 1, packed.substr(packed.size() - 1));
    consume_messages();
    CAF_CHECK_EQUAL(pools.size(), 1u);
}

CAF_TEST(parts from another place are ignored) {
    gives_clip = false;
    spawn_share();
    for (std::uint64_t offset : {std::uint64_t{1}, std::uint64_t{5}, UINT64_MAX})
        give_part(offset, "other");
    give_part(0, packed.substr(0, 4));
    give_part(0, packed.substr(0, 4)); // Twice.
    give_part(3, "other");
    consume_messages();
    CAF_CHECK_EQUAL(parts_asked.size(), 2u);
    give_part(4, packed.substr(4));
    consume_messages();
    CAF_CHECK_EQUAL(pools.size(), 1u);
    give_part(packed.size(), "more");
    give_part(0, packed);
    consume_messages();
    CAF_CHECK_EQUAL(pools.size(), 1u);
    CAF_CHECK(!ended);
}

CAF_TEST(a part that is longer than the rest of the clip ends the share) {
    gives_clip = false;
    spawn_share();
    give_part(0, packed.substr(0, 4));
    give_part(4, packed.substr(4) + "x");
    consume_messages();
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_EQUAL(*ended, "the clip of its coordinator does not have the announced size");
    check_nothing_lives();
}

CAF_TEST(an empty part ends the share) {
    gives_clip = false;
    spawn_share();
    give_part(0, "");
    consume_messages();
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_EQUAL(*ended, "the clip of its coordinator does not have the announced size");
    check_nothing_lives();
}

CAF_TEST(a clip that cannot be read ends the share) {
    gives_clip = false;
    clip_bytes = 5;
    spawn_share();
    give_part(0, "\xff\xff\xff\xff\xff");
    consume_messages();
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_EQUAL(*ended, "the clip of its coordinator cannot be read");
    CAF_CHECK(pools.empty());
    check_nothing_lives();
}

CAF_TEST(a clip with bytes behind its end cannot be read) {
    gives_clip = false;
    clip_bytes = pack_clip(sys, clip).size() + 3;
    spawn_share();
    give_part(0, packed + "abc");
    consume_messages();
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_EQUAL(*ended, "the clip of its coordinator cannot be read");
    check_nothing_lives();
}

CAF_TEST(why no pool can be made is why the share ends) {
    no_pool = "pool.size=2: expected what this node can hold";
    spawn_share();
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_EQUAL(*ended, no_pool);
    check_nothing_lives();
}

CAF_TEST(tries of connections are told in batches and then that all were) {
    settings.size = 3;
    spawn_share();
    service.at(2).confirm("c-2");
    service.at(0).die(protocol::failure_code::connection_failed, "refused");
    consume_messages();
    CAF_CHECK(tried.empty());
    after(100ms);
    CAF_REQUIRE_EQUAL(tried.size(), 1u);
    CAF_CHECK_EQUAL(tried[0].share, number);
    CAF_REQUIRE_EQUAL(tried[0].tried.size(), 2u);
    CAF_CHECK_EQUAL(tried[0].tried[0].slot, 2u);
    CAF_CHECK_EQUAL(tried[0].tried[0].connection_id, "c-2");
    CAF_CHECK(!tried[0].tried[0].failure);
    CAF_CHECK_EQUAL(tried[0].tried[1].slot, 0u);
    CAF_CHECK_EQUAL(tried[0].tried[1].failure.detail, "refused");
    CAF_CHECK(opened.empty());
    service.at(1).confirm("c-1");
    consume_messages(); // The last ones need no timer.
    CAF_REQUIRE_EQUAL(tried.size(), 2u);
    CAF_CHECK_EQUAL(tried[1].tried.size(), 1u);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].share, number);
    CAF_CHECK_EQUAL(opened[0].pool.connected, 2u);
    CAF_CHECK_EQUAL(opened[0].pool.size, 3u);
    CAF_CHECK_EQUAL(opened[0].pool.failures.size(), 1u);
    CAF_CHECK(!opened[0].pool.cancelled);
    after(10s);
    CAF_CHECK_EQUAL(tried.size(), 2u);
}

CAF_TEST(tries of many connections fit in messages of the link) {
    settings.size = 1'500;
    settings.connect_rate = 10'000;
    spawn_share();
    CAF_REQUIRE_EQUAL(service.made(), 1'500u);
    for (std::size_t i = 0; i < service.made(); ++i) {
        channel_closed event;
        event.failure.code = protocol::failure_code::connection_failed;
        event.failure.title = std::string(400, 't');
        event.failure.body = std::string(1'000, 'b'); // As much as is kept of one.
        service.at(i).end(event);
    }
    consume_messages();
    std::size_t told = 0;
    for (const auto& batch : tried) {
        told += batch.tried.size();
        CAF_CHECK_LESS(size_on_the_wire(sys, batch), longest_message);
    }
    CAF_CHECK_EQUAL(told, 1'500u);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].pool.connected, 0u);
}

CAF_TEST(messages fit the link however much the service says) {
    const std::string long_text(12'000, 't');
    protocol::failure failure;
    failure.code = protocol::failure_code::connection_failed;
    failure.detail = "refused";
    for (auto* text : {&failure.title, &failure.connection_id, &failure.request_id, &failure.body,
                       &failure.close_reason})
        *text = long_text;
    settings.size = 1'200;
    settings.connect_rate = 10'000;
    spawn_share();
    for (std::size_t i = 0; i < 200; ++i) {
        channel_closed event;
        event.failure = failure;
        service.at(i).end(event);
    }
    for (std::size_t i = 200; i < 1'200; ++i)
        service.at(i).confirm(long_text + std::to_string(i));
    consume_messages();
    std::size_t told = 0;
    for (const auto& batch : tried) {
        told += batch.tried.size();
        CAF_CHECK_LESS(size_on_the_wire(sys, batch), longest_message);
    }
    CAF_CHECK_EQUAL(told, 1'200u);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_LESS(size_on_the_wire(sys, opened[0]), longest_message);
    tell(get_share_status{});
    CAF_REQUIRE_EQUAL(statuses.size(), 1u);
    CAF_CHECK_LESS(size_on_the_wire(sys, statuses[0]), longest_message);
}

CAF_TEST(errors of a round fit the link however much the service says) {
    settings.size = 10;
    open();
    begin(1, 10);
    for (std::size_t i = 0; i < 10; ++i)
        refuse(i, std::string(200'000, 'd'));
    CAF_CHECK_EQUAL(latest().errors.size(), 10u);
    CAF_CHECK_LESS(size_on_the_wire(sys, latest()), longest_message);
}

CAF_TEST(the status of a large pool has the first connections only) {
    settings.size = most_connections_told + 1;
    settings.connect_rate = 10'000;
    open();
    CAF_CHECK_EQUAL(opened.size(), 1u);
    tell(get_share_status{});
    CAF_REQUIRE_EQUAL(statuses.size(), 1u);
    CAF_CHECK_EQUAL(statuses[0].share, number);
    CAF_CHECK_EQUAL(statuses[0].pool.size, most_connections_told + 1);
    CAF_CHECK_EQUAL(statuses[0].pool.connected, most_connections_told + 1);
    CAF_REQUIRE_EQUAL(statuses[0].pool.connections.size(), most_connections_told);
    CAF_CHECK_EQUAL(statuses[0].pool.connections[0].connection_id, "c-0");
    CAF_CHECK_EQUAL(statuses[0].pool.connections.back().connection_id, "c-999");
}

CAF_TEST(a share without a pool tells neither progress nor status) {
    gives_clip = false;
    spawn_share();
    tell(get_share_progress{});
    tell(get_share_status{});
    begin(1, 5);
    CAF_CHECK(progress.empty());
    CAF_CHECK(statuses.empty());
    CAF_CHECK(!ended);
    give_part(0, packed);
    consume_messages();
    confirm_all();
    after(1s);
    CAF_CHECK(service.at(0).sent.empty()); // The round was for nobody.
}

CAF_TEST_FIXTURE_SCOPE_END()
