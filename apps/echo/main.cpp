#include "echo/program.hpp"

int main(int argc, char** argv) { return weft::echo_app::run_program({argv + 1, argv + argc}); }
