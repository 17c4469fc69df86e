#include "server/http/tls_context.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace gate::server {
namespace {

namespace ssl = boost::asio::ssl;

constexpr const char* kCiphersTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

Result<void> check_key_mode(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("TLS key {}: {}", path, std::generic_category().message(errno))};
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{
        ErrorCode::kDenied,
        fmt::format("TLS key {} can be read by others than its owner; chmod 600 it", path)};
  }
  return {};
}

Error unusable(const char* what, const std::string& path, const boost::system::error_code& error) {
  return Error{ErrorCode::kInvalidArgument, fmt::format("{} {}: {}", what, path, error.message())};
}

}  // namespace

Result<std::shared_ptr<ssl::context>> make_tls_context(const TlsFiles& files) {
  GATE_TRY_VOID(check_key_mode(files.private_key));
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  if (SSL_CTX_set_cipher_list(native, kCiphersTls12) != 1) {
    return Error{ErrorCode::kInternal, "this OpenSSL knows none of the TLS 1.2 ciphers we allow"};
  }
  boost::system::error_code error;
  (void)context->use_certificate_chain_file(files.certificate_chain, error);
  if (error) {
    return unusable("TLS certificate", files.certificate_chain, error);
  }
  (void)context->use_private_key_file(files.private_key, ssl::context::pem, error);
  if (error) {
    return unusable("TLS key", files.private_key, error);
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("TLS key {} does not belong to certificate {}", files.private_key,
                             files.certificate_chain)};
  }
  return context;
}

}  // namespace gate::server
