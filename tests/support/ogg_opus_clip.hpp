#pragma once

#include <string>

/// A tone of that length, encoded by libsndfile as Ogg Opus, mono, at
/// `sample_rate` Hz (one that Opus knows).
std::string make_ogg_opus(double seconds, int sample_rate);
