// That a session asks the source of a request for its audio, piece by piece, and what
// becomes of a request whose source has none.
#include "tests/actors/live_source.hpp"
#include "tests/actors/pool/session_fixture.hpp"

#define CAF_SUITE session_audio

using namespace avatar;
using namespace std::chrono_literals;
using texts = std::vector<std::string>;

namespace {

struct session_audio_fixture : tests::session_fixture {
    session_audio_fixture() {
        source = sys.spawn(tests::live_source, &log);
        open();
    }

    /// From an actor of its own; what comes back is kept in `results`.
    void ask_with_source(const std::string& id) {
        audio_request request;
        request.request_id = id;
        request.source = source;
        ask(hdl, request);
    }

    void answer(std::uint64_t question, const std::string& bytes, bool last = false) {
        caf::anon_send(source, question, audio_piece{bytes, last});
        consume_messages();
    }

    /// To the latest question.
    void say(const std::string& bytes, bool last = false) {
        answer(log.unanswered.size() - 1, bytes, last);
    }

    void take_piece() {
        connection().take_piece();
        consume_messages();
    }

    tests::source_log log;
    tests::live_source_actor source;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_audio_tests, session_audio_fixture)

CAF_TEST(a source is asked for the next piece when the channel has sent the one before) {
    ask_with_source("r-1");
    CAF_CHECK_EQUAL(log.asked, (texts{"r-1"}));
    say("one");
    CAF_CHECK_EQUAL(connection().pieces, (texts{"one"}));
    CAF_CHECK_EQUAL(log.asked.size(), 1u);
    take_piece();
    CAF_CHECK_EQUAL(log.asked.size(), 2u);
    say("two", /*last=*/true);
    CAF_CHECK_EQUAL(connection().pieces, (texts{"one", "two"}));
    CAF_CHECK(connection().audio_ended);
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK(result_of("r-1").streamed);
    CAF_CHECK_EQUAL(log.asked.size(), 2u);
}

CAF_TEST(the owner hears that the request waits for its audio and then does no longer) {
    ask_with_source("r-1");
    CAF_CHECK(heard.paused == (std::vector<bool>{true}));
    say("one");
    take_piece();
    CAF_CHECK(heard.paused == (std::vector<bool>{true}));
    connection().pause_reading(true);
    say("two", /*last=*/true);
    CAF_CHECK(heard.paused == (std::vector<bool>{true})); // For want of credit, still.
    connection().pause_reading(false);
    consume_messages();
    CAF_CHECK(heard.paused == (std::vector<bool>{true, false}));
}

CAF_TEST(a request that ends for want of audio does not end its session) {
    ask_with_source("r-1");
    exchange_finished end; // As the channel says after the audio timeout.
    end.request_id = "r-1";
    end.failure.code = protocol::failure_code::audio_timeout;
    connection().under_way = false;
    connection().sink(end);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "audioTimeout");
    answer(0, "too late");
    CAF_CHECK(connection().pieces.empty());
    ask(hdl, "r-2");
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-2").ok());
}

CAF_TEST(a wish of a former request of the same id is not another question) {
    ask_with_source("r-1");
    take_piece();
    CAF_CHECK_EQUAL(log.asked.size(), 1u);
    say("one");
    take_piece();
    CAF_CHECK_EQUAL(log.asked.size(), 2u);
}

CAF_TEST(the first question of a request says so) {
    ask_with_source("r-1");
    say("one");
    take_piece();
    CAF_CHECK(log.first == (std::vector<bool>{true, false}));
}

CAF_TEST(an empty piece that is not the last fails its request) {
    ask_with_source("r-1");
    say("");
    CAF_CHECK_EQUAL(code_of("r-1"), "invalidRequest");
    CAF_CHECK(connection().interrupted);
    ask_with_source("r-2");
    say("", /*last=*/true);
    CAF_CHECK(connection().audio_ended);
}

CAF_TEST(an error of the source cancels its request and is told) {
    ask_with_source("r-1");
    caf::anon_send(source, std::uint64_t{0}, caf::error(caf::sec::runtime_error));
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK(describe(result_of("r-1").failure)
                  .starts_with("cancelled: the source of its audio failed: "));
}

CAF_TEST(news that the source has ended interrupt a request whose audio has not ) {
    ask_with_source("r-1");
    say("one", /*last=*/true);
    tell(source_ended{"r-1"});
    CAF_CHECK(results.empty());
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-1").ok());
    ask_with_source("r-2");
    tell(source_ended{"r-1"});
    CAF_CHECK_EQUAL(results.size(), 1u);
    tell(source_ended{"r-2"});
    CAF_CHECK_EQUAL(code_of("r-2"), "requestInterrupted");
}

CAF_TEST(a source that has ended interrupts its request) {
    caf::anon_send_exit(source, caf::exit_reason::user_shutdown);
    consume_messages();
    ask_with_source("r-1");
    CAF_CHECK_EQUAL(code_of("r-1"), "requestInterrupted");
    CAF_CHECK_EQUAL(describe(result_of("r-1").failure),
                    "interrupted: the source of its audio has ended");
    CAF_CHECK_EQUAL(heard.idle.size(), 1u);
}

CAF_TEST(audio for a former request goes nowhere) {
    ask_with_source("r-1");
    connection().finish(); // Before all audio has come.
    consume_messages();
    CAF_CHECK(result_of("r-1").ok());
    ask_with_source("r-1");
    CAF_CHECK_EQUAL(log.asked.size(), 2u);
    answer(0, "late", /*last=*/true);
    CAF_CHECK(connection().pieces.empty());
    say("one", /*last=*/true);
    CAF_CHECK_EQUAL(connection().pieces, (texts{"one"}));
}

CAF_TEST(a request whose source was asked goes to no other session) {
    ask_with_source("r-1");
    connection().die(protocol::failure_code::connection_closed, "gone",
                     /*request_accepted=*/false);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "connectionClosed");
    CAF_CHECK(heard.returned.empty());
}

CAF_TEST(one that came to a lost session does and its source was not asked) {
    connection().die(protocol::failure_code::connection_closed, "gone");
    consume_messages();
    ask_with_source("r-1");
    CAF_CHECK_EQUAL(heard.returned.size(), 1u);
    CAF_CHECK(log.asked.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
