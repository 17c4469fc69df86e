#pragma once

#include <boost/asio/ssl/context.hpp>
#include <gate/result.hpp>
#include <memory>

#include "server/http/listener.h"

namespace gate::server {

/// A server context for TLS 1.2 and 1.3, with forward secrecy and AEAD ciphers only (E10). Fails
/// when a file cannot be read, when key and certificate do not belong together, or when others than
/// the owner may read the key.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace gate::server
