#pragma once

#include <string>

namespace avatar::audio {

/// Corrects the sizes in the header of a WAV file (RIFF or RF64) that was written to a
/// pipe, whose writer could not know them: 0, the largest number, or those of its first
/// bytes. The samples go on to the end of the file then, in whole frames. Sizes that may
/// be right, and what is no such file, stay as they are.
void correct_wav_sizes(std::string& file);

} // namespace avatar::audio
