"""Webhooks in web frameworks: one module for each, all with `webhook(care)`.

| module | `webhook(care)` is | `care` is |
|---|---|---|
| `careline.adapters.asgi` | an ASGI application to mount | `AsyncCare` |
| `careline.adapters.wsgi` | a WSGI application to mount | `Care` |
| `careline.adapters.django` | a view; `async_webhook(care)` is one to be awaited | `Care`; `AsyncCare` |
| `careline.adapters.flask` | a Blueprint | `Care` |
| `careline.adapters.fastapi` | an APIRouter | `AsyncCare` |

The last segment of the path is the endpoint: what is posted to `/hooks/x` goes to the endpoint `x`. Networks post their
news and ask their challenges with GET; any other method is answered with 405.

`care` is a handle, or a callable that returns one: it is called once in each process, at the first request there, and
again if that handle was closed. Where it is `AsyncCare`, the callable may be a coroutine function.

The answer is what the network expects. What careline refuses is answered with the error's status and its code as text,
nothing more; a body above 4 MiB is refused unread with 413. Why something was refused goes to the logger `careline`: as
an error if the host has to do something, else as info.

Signatures are over the raw body. If something read the body before and it cannot be had any more, the answer is 400 and
the logger says what to do; a parsed body is never written again.

Importing this imports no framework.
"""
