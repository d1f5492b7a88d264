#pragma once

// CAF's test engine and actor DSL, precompiled for every test program. The DSL
// names a suite of its own; each test file names its suite after this.
#include <caf/test/dsl.hpp>
#undef CAF_SUITE
