"""What every log line of one request carries."""

import asyncio
import contextvars
import re

from bot.ops.request_context import begin_request, request_fields, request_id


def test_nothing_is_bound_outside_a_request():
    """
    Outside a request there are no fields.
    """
    fields = contextvars.Context().run(request_fields)

    assert {} == fields


def test_an_id_is_six_hex_digits_and_new_each_time():
    """
    The id is short enough to be read over the phone, and differs from request to request.
    """
    ids = {contextvars.copy_context().run(begin_request) for _ in range(50)}

    assert all(re.fullmatch("[0-9a-f]{6}", each) for each in ids)
    assert len(ids) > 45


def test_asking_for_an_id_binds_one():
    """
    Asked outside a request, an id is made and stays.
    """

    def twice():
        return request_id(), request_id()

    first, second = contextvars.Context().run(twice)

    assert first == second


async def test_a_task_keeps_the_request_it_was_started_in():
    """
    Work that goes on after the ack still carries its own request, whatever begins meanwhile.
    """
    first = begin_request(user="U1")

    async def later():
        await asyncio.sleep(0)
        return dict(request_fields())

    task = asyncio.create_task(later())
    begin_request(user="U2")
    fields = await task

    assert {"request_id": first, "user": "U1"} == fields
