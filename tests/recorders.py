"""What the handlers register, noted without Bolt."""

import handlers


class Recorder:
    """Notes what the handlers attach, as Bolt's app would take it."""

    def __init__(self):
        self.attached = {}

    def use(self, _middleware):
        """Take the gate."""

    def __getattr__(self, kind):
        def attach(name, *_more, **_how):
            self.attached.setdefault(kind, []).append(name)
            return lambda listener: listener

        return attach


def all_that_is_registered():
    """Return the names of what is listened to, by kind."""
    recorder = Recorder()
    handlers.register(recorder, None)
    return recorder.attached
