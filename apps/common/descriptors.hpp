#pragma once

namespace weft::app {

/// A standard stream that is closed would hand its number to the first file or socket, and what is printed would go
/// there: something that fails takes its place. To be called first.
void occupy_standard_descriptors();

/// As many descriptors as the system lets this process have.
void allow_many_descriptors();

}  // namespace weft::app
