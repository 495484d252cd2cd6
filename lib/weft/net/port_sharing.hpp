#pragma once

namespace weft::net {

/// Whether several sockets, of one process or of many, share one port and what comes to it.
enum class port_sharing { exclusive, shared };

}  // namespace weft::net
