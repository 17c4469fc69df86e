#include "server/store/contract/store_contract.h"
#include "server/store/memory/memory_store.h"

namespace gate::server::store_contract {
namespace {

std::unique_ptr<OpenStore> open_memory() {
  auto open = std::make_unique<OpenStore>();
  open->store = std::make_unique<MemoryStore>();
  return open;
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(StoreKind{"memory", open_memory}),
                         kind_name);

}  // namespace
}  // namespace gate::server::store_contract
