"""The chunks of scans, on both databases."""

import pytest

from bot.store.scan_chunks import ScanChunks


@pytest.fixture
async def chunks(database):
    chunks = ScanChunks(database)
    async with database.write() as tx:
        for number in range(3):
            await chunks.add(1, number, b"sims %d" % number, tx)
        await chunks.add(2, 0, b"others", tx)
    return chunks


async def left(chunks, run):
    return [each async for each in chunks.left(run)]


async def test_a_chunk_is_found(chunks):
    """
    A chunk is found by run and number; one that is done is not there.
    """
    assert b"sims 1" == await chunks.find(1, 1)
    assert await chunks.find(1, 9) is None


async def test_what_is_left_of_a_chunk_takes_its_place(chunks, database):
    """
    A chunk shrinks to what is left, and goes when nothing is.
    """
    async with database.write() as tx:
        await chunks.keep(1, 0, b"less", tx)
        await chunks.keep(1, 1, None, tx)

    assert [(0, b"less"), (2, b"sims 2")] == await left(chunks, 1)


async def test_chunks_of_a_run_are_forgotten(chunks):
    """
    All chunks of one run go, those of another stay.
    """
    await chunks.forget(1)

    assert [] == await left(chunks, 1)
    assert [(0, b"others")] == await left(chunks, 2)
