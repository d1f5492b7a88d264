#include "behaviors.hpp"

#include <avatar_pool/main/program.hpp>

int main(int argc, char** argv) {
    avatar::extensions mine;
    for (auto add : {add_caller_priority, add_canned_channel, add_least_used, add_poisson,
                     add_recorder, add_sqlite_rows})
        add(mine);
    return avatar::run_program(argc, argv, mine);
}
