#pragma once

namespace avatar {

/// Takes the numbers of standard input, output and error that are closed, so that no file or
/// socket which is opened later gets them: what is meant for the user would go there. Reading
/// and writing them fails as before. To be called before anything is opened.
void reserve_standard_streams();

} // namespace avatar
