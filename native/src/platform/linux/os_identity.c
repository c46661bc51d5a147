#include "platform/os_identity.h"

#include <sys/types.h>
#include <unistd.h>

/* FNV-1a, a word at a time. */
static uint64_t digest_add(uint64_t digest, uint64_t word) {
  return (digest ^ word) * UINT64_C(0x100000001b3);
}

struct os_identity os_identity_now(void) {
  enum { GROUPS_MAX = 128 }; /* of a longer list only the length is looked at */
  uid_t real_user = 0, user = 0, saved_user = 0;
  gid_t real_group = 0, group = 0, saved_group = 0, groups[GROUPS_MAX];
  (void)getresuid(&real_user, &user, &saved_user);
  (void)getresgid(&real_group, &group, &saved_group);
  int count = getgroups(GROUPS_MAX, groups);
  uint64_t digest = UINT64_C(0xcbf29ce484222325);
  digest = digest_add(digest_add(digest, real_user), saved_user);
  digest = digest_add(digest_add(digest, real_group), saved_group);
  for (int i = 0; i < count; i++) digest = digest_add(digest, groups[i]);
  if (count < 0) count = getgroups(0, NULL);
  return (struct os_identity){.user = user, .group = group, .others = digest_add(digest, (uint64_t)count)};
}

bool os_identity_same(const struct os_identity *one, const struct os_identity *other) {
  return one->user == other->user && one->group == other->group && one->others == other->others;
}

bool os_identity_settle(void) {
  uid_t real_user, user, saved_user;
  gid_t real_group, group, saved_group;
  if (getresuid(&real_user, &user, &saved_user) != 0 || getresgid(&real_group, &group, &saved_group) != 0) return false;
  const bool groups_differ = real_group != group || saved_group != group;
  const bool users_differ = real_user != user || saved_user != user;
  if (groups_differ && setresgid(group, group, group) != 0) return false;
  return !users_differ || setresuid(user, user, user) == 0;
}
