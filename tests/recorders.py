"""What the handlers register, recorded without Bolt."""

import handlers


class Recorder:
    """Records what the handlers attach, as Bolt's app would take it."""

    def __init__(self):
        self.attached = {}
        self.listeners = []

    def use(self, _middleware):
        """Take the middleware."""

    def __getattr__(self, kind):
        def attach(name, *_more, **_how):
            self.attached.setdefault(kind, []).append(name)
            return lambda listener: self.listeners.append((kind, name, listener))

        return attach


def all_listeners(services):
    """Return every listener with its kind and name."""
    recorder = Recorder()
    handlers.register(recorder, services)
    return recorder.listeners


def all_that_is_registered():
    """Return the names of what is listened to, by kind."""
    recorder = Recorder()
    handlers.register(recorder, None)
    return recorder.attached
