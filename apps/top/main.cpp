#include "top/program.hpp"

int main(int argc, char** argv) { return weft::top_app::run_program({argv + 1, argv + argc}); }
