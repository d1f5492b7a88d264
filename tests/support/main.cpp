// The entry point of every test program: CAF's test engine brings its main.
#include "caf/test/unit_test_impl.hpp"
