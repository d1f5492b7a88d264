// A load shape: requests start as those of many independent users do.
#include "behaviors.hpp"

#include <random>
#include <stdexcept>

using namespace avatar;

static std::size_t seed = 1;

load_shape_actor::behavior_type poisson(load_shape_actor::pointer, const config::settings& all) {
    const auto& rounds = all.rounds;
    if (rounds.arrival_rate <= 0)
        throw std::invalid_argument("expected --rounds.arrival-rate, such as 100/s");
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> pause(rounds.arrival_rate); // Seconds.
    return {[=](const next_start& asked) mutable {
        const std::chrono::duration<double> next(pause(random));
        const auto start = asked.previous + std::chrono::duration_cast<nanoseconds>(next);
        const bool over = rounds.duration.count() > 0 ? start > rounds.duration
                                                      : asked.request == rounds.concurrency;
        return start_time{start, over};
    }};
}

void add_poisson(extensions& to) {
    to.add_load_shape("poisson", poisson);
    to.add_option("poisson.seed", seed, "Seed of the Poisson arrivals");
}
