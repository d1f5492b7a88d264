#pragma once

// CAF's test engine and actor DSL, precompiled for every test program. The DSL
// names a suite of its own; each test file names its suite after this.
#include <caf/test/dsl.hpp>
#undef CAF_SUITE

// The engine names a test after its line alone; several files are compiled at once here.
#undef CAF_UNIQUE
#define CAF_UNIQUE(name) CAF_PASTE(CAF_PASTE(name##_, CAF_SUITE), __LINE__)
