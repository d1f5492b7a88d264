// A result sink: one row a request in a SQLite database.
#include "behaviors.hpp"

#include <sqlite3.h>
#include <stdexcept>

using namespace avatar;

static std::string file = "results.db";

static void run(const std::shared_ptr<sqlite3>& db, const char* sql) {
    if (sqlite3_exec(db.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(file + ": " + sqlite3_errmsg(db.get()));
}

result_sink_actor::behavior_type sqlite_rows(result_sink_actor::pointer, const config::settings&) {
    sqlite3* opened = nullptr;
    sqlite3_open(file.c_str(), &opened); // What fails here fails in the next line too.
    const std::shared_ptr<sqlite3> db(opened, sqlite3_close);
    run(db, "create table if not exists results(id, connection, code, frames, ms); begin");
    return {[db](const audio_result& r) {
                const auto code = std::string(to_string(r.failure.code));
                const std::shared_ptr<char> row(
                    sqlite3_mprintf("insert into results values(%Q,%Q,%Q,%lld,%f)",
                                    r.request_id.c_str(), r.connection_id.c_str(), code.c_str(),
                                    static_cast<long long>(r.frames), r.duration.count() / 1e6),
                    sqlite3_free);
                run(db, row.get());
            },
            [db](flush_results) { return run(db, "commit; begin"), results_flushed{}; }};
}

void add_sqlite_rows(extensions& to) {
    to.add_result_sink("sqlite", sqlite_rows);
    to.add_option("sqlite.file", file, "Database of the sink sqlite");
}
