// The compiled half of Asio's TLS streams, once for the whole library (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/ssl/impl/src.hpp>
