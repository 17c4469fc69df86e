#include "server/store/memory/unit_of_work.h"

namespace gate::server {

Result<void> MemoryUnitOfWork::record_sign_in(std::string_view tenant_id, std::string_view user_id,
                                              const SignInEntry& entry) {
  const Key key = key_of(tenant_id, user_id);
  if (!state_.users.contains(key)) {
    return conflict("there is no such user");
  }
  state_.sign_ins.put({std::string(tenant_id), std::string(user_id), entry.at}, entry);
  std::vector<SignInKey> of_user;
  state_.sign_ins.each_from({std::string(tenant_id), std::string(user_id), 0},
                            [&](const SignInKey& place, const SignInEntry&) {
                              const bool same =
                                  std::get<0>(place) == tenant_id && std::get<1>(place) == user_id;
                              if (same) {
                                of_user.push_back(place);
                              }
                              return same;
                            });
  const auto max = static_cast<std::size_t>(kSignInEntriesMax);
  for (std::size_t i = 0; i + max < of_user.size(); ++i) {
    state_.sign_ins.erase(of_user[i]);
  }
  return {};
}

}  // namespace gate::server
