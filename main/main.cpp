#include "main/program.hpp"

int main(int argc, char** argv) {
    return avatar::run_program(argc, argv);
}
