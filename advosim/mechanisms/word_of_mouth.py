"""Phase 6, before anybody changes his mind: how the words of those who talk or march reach their neighbours.

Talkers are few, and their neighbours live all over. So each writes to his neighbours, and letters to one village lie
together: reading them, all that is wanted of the village is in cache. (A village is no place of the model: 1,024
citizens by their number.) What a citizen sees adds up in the order of his
own ties, friends before contacts, as if he had looked round; whoever has too many neighbours does look round.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from advosim.world.chance import F, U
from advosim.world.codes import ATTITUDE_BITS, MARCHES, ONLINE, TALKS
from advosim.world.compile import JIT, compiled, prefetch
from advosim.world.rows import table

SIZE = 1024
"""Citizens of a village: few enough for their columns to stay in the processor's cache."""
SHEET = 64
"""Letters that are kept side by side, and opened at once."""
FAR = 24
"""Talkers ahead whose ties are fetched from memory."""
MOST = 0xFFFF
"""Talking neighbours that can be counted; whoever has more neighbours looks for himself."""
LAYERS = 2
"""Friends, who are tied face to face, and contacts, by social media."""
LINE = 64
"""Bytes that memory is fetched by."""
_NOTHING, _16 = np.uint32(0), np.uint32(16)
# Two counts share a number: one more of the first, of the second.
_FIRST, _SECOND, _COUNT = np.uint32(1), np.uint32(1 << 16), np.uint32(MOST)
_1, _2, _32, _SHEET = U(1), U(2), U(32), U(SHEET)
_TIES, _LETTERS = U(LINE // np.dtype(np.uint32).itemsize), LINE // np.dtype(np.uint64).itemsize
_LOUD, _READER = np.uint32(TALKS | MARCHES), U(0xFFFFFFFF)
_0, _I1, _ZERO = np.int32(0), np.int32(1), F(0.0)

SIGHT = table(
    ("law", "f4", (SIZE,), "-1..1, the policy that he lives under, by place in the village"),
    ("counts", "u8", (SIZE,), "who talk: friends, contacts, those alike and close, 16 bits each; by place"),
    ("distance", "f4", (SIZE,), "sum, over talkers who are close, of their attitude minus his; by place"),
    ("marchers", "u4", (SIZE,), "who march on his side, by place"),
    ("first", "i8", "place in the village of the first citizen of a chunk"),
    ("friends", "i4", (SIZE,), "who talk; from here on in the chunk"),
    ("contacts", "i4", (SIZE,), "who talk"),
    ("alike", "i4", (SIZE,), "who talk on his side"),
    ("close", "i4", (SIZE,), "who talk and stand within epsilon"),
    ("weight", "f4", (SIZE,), ">= 0, of the issue on his mind"),
)
"""What citizens of a village are told on an issue, and what each of a chunk of them sees of his neighbours."""

OPENED = table(
    ("place", "u4", (SHEET,), "of who is told, in his village"),
    ("law", "f4", (SHEET,), "-1..1, the policy that he lives under"),
    ("mine", "u4", (SHEET,), "his word"),
    ("theirs", "u4", (SHEET,), "the talker's"),
    ("talking", "u4", (SHEET,), "what that adds to friends and contacts who talk"),
    ("agreeing", "u4", (SHEET,), "to those of them alike and close"),
    ("distance", "f4", (SHEET,), "to how far they stand away"),
    ("marchers", "u4", (SHEET,), "to those who march"),
)
"""What the letters of a sheet tell."""


class Talkers(NamedTuple):
    """Who talks or marches, in ascending order, issue by issue; behind them stand some that may be fetched."""

    loud: Any
    """uint32."""
    upto: Any
    """(m + 1,) int64: those on issue m stand at upto[m]:upto[m + 1]."""
    sheets: int
    """That their letters fill at most."""


class Mail(NamedTuple):
    """The letters of a week: a talker's word above the place in his village of who is opened.

    Those to a village on an issue, to friends or contacts, fill one sheet after another, for each part of the talkers.
    """

    letters: Any
    """(SHEET s,) uint64."""
    following: Any
    """(s,) int32: the sheet after this one."""
    first: Any
    """(parts, m, villages, LAYERS) int32: the first sheet. A part's very first is that of all, before it writes."""
    end: Any
    """(parts, m, villages, LAYERS) int64: the place after the last letter."""


class Layer(NamedTuple):
    """What letters of one kind are put into, for each village, on an issue."""

    letters: Any
    following: Any
    end: Any
    kind: int
    """0 to friends, 1 to contacts."""


# ---------------------------------------------------------------- words


@compiled
def attitude_of(word):
    """The attitude in a citizen's word."""
    return np.uint32(word & ATTITUDE_BITS).view(np.float32)


@compiled
def word_of(attitude, online, talks, marches):
    """A citizen's word: the attitude, and what neighbours can see of him."""
    word = np.uint32(np.float32(attitude).view(np.uint32) & ATTITUDE_BITS)
    word = np.uint32(word | ONLINE) if online else word
    word = np.uint32(word | TALKS) if talks else word
    return np.uint32(word | MARCHES) if marches else word


@compiled
def last_week(now, people):
    """(m, n): the words of last week, which neighbours go by; two weeks' stand in turn."""
    return people.citizens.word[(now.clock[0].week + 1) % 2]


# ---------------------------------------------------------------- write


@compiled
def talkers(low, high, now, people):
    """Who of citizens from `low` on and before `high` talked or marched last week."""
    words, start, ties = last_week(now, people), people.citizens.start, U(0)
    issues = words.shape[0]
    loud, upto = np.empty(issues * (high - low) + FAR, np.uint32), np.zeros(issues + 1, np.int64)
    for m in range(issues):
        upto[m + 1] = _list_loud(low, high, words[m], upto[m], loud)
    loud[upto[-1] : upto[-1] + FAR] = _NOTHING
    for t in range(U(upto[-1])):
        ties += U(start[_2 * U(loud[t]) + _2]) - U(start[_2 * U(loud[t])])
    return Talkers(loud, upto, np.int64(ties) // SHEET + issues * _villages(words) * LAYERS)


@compiled
def _list_loud(low, high, words, number, loud):
    marks = np.empty(SIZE, np.uint8)
    for first in range(U(low), U(high), U(SIZE)):
        size = min(U(SIZE), U(high) - first)
        for j in range(size):
            marks[j] = _1 if words[first + j] & _LOUD else _NOTHING
        # Written for everybody and kept for some: who is loud cannot be foreseen.
        for j in range(size):
            loud[number] = np.uint32(first + j)
            number += np.int64(marks[j])
    return number


@compiled
def _villages(words):
    return (words.shape[1] + SIZE - 1) // SIZE


@compiled
def mail_for(sheets, people):
    """Empty mail for parts of the talkers who fill so many sheets; sheets: (parts,) int64."""
    needed, issues, villages = sheets.sum(), people.citizens.own.shape[0], _villages(people.citizens.own)
    room = people.letters if people.letters.size >= SHEET * needed else np.empty(SHEET * needed, np.uint64)
    mail = Mail(
        room,
        np.empty(needed, np.int32),
        np.empty((sheets.size, issues, villages, LAYERS), np.int32),
        np.empty((sheets.size, issues, villages, LAYERS), np.int64),
    )
    free = 0
    for part in range(sheets.size):
        mail.first[part, 0, 0, 0] = free
        free += sheets[part]
    return mail


@compiled
def write(part, who, now, people, mail):
    """Talkers write to their neighbours, in ascending order."""
    words, columns, loud = last_week(now, people), people.citizens, who.loud
    start, neighbour = columns.start, columns.neighbour
    free = _open(mail.first[part].reshape(-1), mail.end[part].reshape(-1))
    for m in range(words.shape[0]):
        friends = Layer(mail.letters, mail.following, mail.end[part, m], 0)
        contacts = Layer(mail.letters, mail.following, mail.end[part, m], 1)
        for t in range(U(who.upto[m]), U(who.upto[m + 1])):
            talker = U(loud[t])
            if JIT:
                prefetch(start, _2 * U(loud[t + U(FAR)]))
                ahead = U(start[_2 * U(loud[t + U(FAR // 2)])])
                prefetch(neighbour, ahead)
                prefetch(neighbour, ahead + _TIES)
            word, at = words[m, talker], _2 * talker
            free = _write_to(neighbour, start[at], start[at + _1], word, friends, free)
            if word & ONLINE:
                free = _write_to(neighbour, start[at + _1], start[at + _2], word, contacts, free)


@compiled
def _open(first, end):
    """A sheet for each issue, village and kind of tie; returns the first that is free."""
    sheet = first[0]
    for k in range(first.size):
        first[k], end[k] = sheet, SHEET * np.int64(sheet)
        sheet += _I1
    return sheet


@compiled
def _write_to(neighbour, begin, stop, word, layer, free):
    """Letters to the neighbours at begin..stop; returns the first sheet that is free."""
    kind, above = U(layer.kind), U(word) << _32
    for e in range(U(begin), U(stop)):
        reader = U(neighbour[e])
        village = reader // U(SIZE)
        place = U(layer.end[village, kind])
        layer.letters[place] = above | (reader - village * U(SIZE))
        place += _1
        if place % _SHEET == U(0):
            layer.following[place // _SHEET - _1] = free
            place = U(free) * _SHEET
            free += _I1
            if JIT:
                for k in range(0, SHEET, _LETTERS):
                    prefetch(layer.letters, place + U(k))
        layer.end[village, kind] = np.int64(place)
    return free


# ---------------------------------------------------------------- read


@compiled
def read(village, m, words, epsilon, mail, opened, sight):
    """What citizens of a village are told on an issue: by friends first, by talkers in ascending order."""
    sight.counts[:] = U(0)
    sight.distance[:] = _ZERO
    sight.marchers[:] = _NOTHING
    for kind in range(LAYERS):
        for part in range(mail.first.shape[0]):
            sheet, end = np.int64(mail.first[part, m, village, kind]), mail.end[part, m, village, kind]
            while SHEET * (sheet + 1) <= end:
                if JIT:
                    for k in range(0, SHEET, _LETTERS):
                        prefetch(mail.letters, U(SHEET * np.int64(mail.following[sheet]) + k))
                _tell(mail.letters[SHEET * sheet : SHEET * (sheet + 1)], kind, words, epsilon, opened, sight)
                sheet = np.int64(mail.following[sheet])
            _tell(mail.letters[SHEET * sheet : end], kind, words, epsilon, opened, sight)


@compiled
def _tell(letters, kind, words, epsilon, opened, sight):
    """Add what letters say to what their readers see, one after the other."""
    _open_letters(letters, words, opened, sight)
    marches = _compare_words(letters.size, kind, epsilon, opened)
    # Whose letter it is stands in the letter: opened.place would be read anew after each that is added.
    for k in range(U(letters.size)):
        at = letters[k] & _READER
        sight.counts[at] += U(opened.talking[k]) | U(opened.agreeing[k]) << _32
        sight.distance[at] += opened.distance[k]
    if marches:
        for k in range(U(letters.size)):
            sight.marchers[letters[k] & _READER] += opened.marchers[k]


@compiled
def _open_letters(letters, words, opened, sight):
    place, theirs, mine, law, laws = opened.place, opened.theirs, opened.mine, opened.law, sight.law
    for k in range(U(letters.size)):
        place[k] = np.uint32(letters[k])
        theirs[k] = np.uint32(letters[k] >> _32)
    for k in range(U(letters.size)):
        mine[k] = words[U(place[k])]
        law[k] = laws[U(place[k])]


@compiled
def _compare_words(number, kind, epsilon, opened):
    """What each letter tells; without branches, for who is on line, close or alike cannot be foreseen.

    Who is off line gets letters of contacts, which show him nothing. Returns whether anybody marches.
    """
    law, mine, theirs, always = opened.law, opened.mine, opened.theirs, _NOTHING if kind else np.uint32(ONLINE)
    talking, agreeing, distance, marchers = opened.talking, opened.agreeing, opened.distance, opened.marchers
    one, loud = _SECOND if kind else _FIRST, _NOTHING
    for k in range(U(number)):
        word, own, other = theirs[k], attitude_of(mine[k]), attitude_of(theirs[k])
        apart = np.float32(other - own)
        alike = _FIRST if (other > law[k]) == (own > law[k]) else _NOTHING
        close = _SECOND if abs(apart) <= epsilon else _NOTHING
        visible = np.uint32((mine[k] | always) & np.uint32(ONLINE)) != 0
        talks, marches = visible and word & TALKS != 0, visible and word & MARCHES != 0
        talking[k] = one if talks else _NOTHING
        agreeing[k] = np.uint32(alike + close) if talks else _NOTHING
        distance[k] = apart if talks and close != 0 else _ZERO
        marchers[k] = alike if marches else _NOTHING
        loud = np.uint32(loud | word)
    return loud & MARCHES != 0


@compiled
def look(first, number, sight):
    """What `number` citizens, from place `first` of a village on, see of their neighbours.

    Returns the bits that are set in anybody's number of talking friends, or of contacts.
    """
    friends, contacts, alike, close, most = sight.friends, sight.contacts, sight.alike, sight.close, _NOTHING
    sight.first = first
    for j in range(U(number)):
        counts = sight.counts[U(first) + j]
        talking, agreeing = np.uint32(counts), np.uint32(counts >> _32)
        friends[j] = np.int32(talking & _COUNT)
        contacts[j] = np.int32(talking >> _16)
        alike[j] = np.int32(agreeing & _COUNT)
        close[j] = np.int32(agreeing >> _16)
        most = np.uint32(most | talking)
    return np.uint32(most & _COUNT) | np.uint32(most >> _16)


# ---------------------------------------------------------------- look round


@compiled
def look_round(i, circle, words, law, epsilon, columns, sight):
    """Whoever of a chunk from citizen i on has more neighbours than can be counted looks at all of them."""
    for j in range(circle.size):
        if circle[j] > MOST:
            _look_round(i + j, j, words, law, epsilon, columns, sight)


@compiled
def _look_round(i, j, words, law, epsilon, columns, sight):
    friends, contacts, alike, close, marchers, distance = _0, _0, _0, _0, _NOTHING, _ZERO
    x, start = attitude_of(words[i]), columns.start
    for layer in range(LAYERS):
        if layer == 1 and not words[i] & ONLINE:
            continue
        for e in range(start[2 * i + layer], start[2 * i + layer + 1]):
            theirs = words[columns.neighbour[e]]
            if not theirs & _LOUD or (layer == 1 and not theirs & ONLINE):
                continue
            y = attitude_of(theirs)
            like_me = (y > law) == (x > law)
            marchers += _FIRST if theirs & MARCHES and like_me else _NOTHING
            if not theirs & TALKS:
                continue
            friends += _0 if layer else _I1
            contacts += _I1 if layer else _0
            alike += _I1 if like_me else _0
            near = abs(y - x) <= epsilon
            close += _I1 if near else _0
            distance += y - x if near else _ZERO
    sight.friends[j], sight.contacts[j], sight.alike[j], sight.close[j] = friends, contacts, alike, close
    sight.marchers[sight.first + j], sight.distance[sight.first + j] = marchers, distance
