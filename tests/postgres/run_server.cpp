// Starts a PostgreSQL server for a test that is not C++, prints the URL of an empty schema in a
// line of its own for each line that it reads, and ends the server when its input ends.

#include <cstdio>
#include <iostream>
#include <string>

#include "server/store/postgres/test_server.h"

int main() {
  std::string why_not;
  const auto server = gate::server::PostgresTestServer::start(true, why_not);
  if (server == nullptr) {
    std::cout << why_not << std::endl;
    return why_not.find("skipped") == 0 ? 0 : 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << server->new_schema() << std::endl;
  }
  return 0;
}
