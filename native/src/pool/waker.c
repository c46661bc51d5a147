#include "pool/waker.h"

#include "platform/os_bell.h"

void waker_init(struct waker *waker) {
  *waker = (struct waker){.hears = OS_HANDLE_NONE, .rings = OS_HANDLE_NONE};
}

void waker_close(struct waker *waker) {
  waker->hears = os_handle_close(waker->hears);
  waker->rings = os_handle_close(waker->rings);
}

void waker_ring(struct waker *waker) {
  /* Sequentially consistent, as in waker_begin: either this sees the sleeper or the sleeper sees the nudge. */
  atomic_store(&waker->nudged, 1);
  if (atomic_load(&waker->sleepers) > 0) os_bell_ring(waker->rings);
}

/* Makes the bell, also anew where the host has closed it. */
static void make(struct waker *waker) {
  const uint32_t losses = os_handle_losses();
  if (waker->losses != losses && waker->hears != OS_HANDLE_NONE &&
      (!os_handle_same(waker->hears) || !os_handle_same(waker->rings))) {
    waker_close(waker);
  }
  waker->losses = losses;
  int os_code = 0;
  if (waker->hears == OS_HANDLE_NONE) (void)os_bell_create(OS_BELL_THREAD, &waker->hears, &waker->rings, &os_code);
}

bool waker_begin(struct waker *waker, os_handle *out_polled) {
  make(waker);
  atomic_fetch_add(&waker->sleepers, 1);
  if (atomic_exchange(&waker->nudged, 0) != 0) {
    atomic_fetch_sub(&waker->sleepers, 1);
    return false;
  }
  *out_polled = waker->hears;
  return true;
}

void waker_end(struct waker *waker, bool readable) {
  atomic_fetch_sub(&waker->sleepers, 1);
  if (readable) (void)os_bell_clear(waker->hears);
}
