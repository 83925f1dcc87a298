"""The parameters of alliances across borders, and of what goes on between bodies and their members."""

from __future__ import annotations

from advosim.scenario.declare import Mechanism, number


class AcrossBorders(Mechanism):
    """Organisations of several polities ally on the policy of one of them: members there campaign, those abroad pay,
    vouch, shield and press their own governments. Keck & Sikkink 1998; Tarrow 2005; Bandy & Smith 2005.
    """

    meet: float = number(
        0.0, 0, 1, "pairs of two polities that meet, tied or next door; else less by nearness", unit="per quarter",
        source="convention: 0: alliances stay at home unless a scenario opens borders",
    )  # fmt: skip
    by_distance: float = number(1.0, 0, 20, "readiness lost over full distance or without a common language",
        unit="logit", assumed=29, source="Tarrow 2005: distance and language hamper coalitions")  # fmt: skip
    by_gatekeeper: float = number(1.5, 0, 20, "readiness of others abroad, once the most central has taken up a cause",
        unit="logit", assumed=29, source="Carpenter 2011: causes follow those at the centre of a network")  # fmt: skip
    half_ties: float = number(4.0, 0.01, 1000, "ties that make half of a centre", unit="ties", assumed=29)
    by_crowding: float = number(0.5, 0, 20, "readiness lost by each cause abroad that one has taken up", unit="logit",
        assumed=29, source="Bob 2005: gatekeepers have room for few")  # fmt: skip
    coordination: float = number(1.0, 0, 20, "further members as which a wholly remote one counts", unit="members",
        assumed=29, source="Bandy & Smith 2005: coalitions across borders take more to coordinate")  # fmt: skip
    upkeep: float = number(0.05, 0, 1, "cost of an alliance with wholly remote members", unit="share of income a week",
        assumed=29, source="Bloodgood & Clough 2017: networks burden organisations")  # fmt: skip
    shield: float = number(0.5, 0, 1, "harassment that many allies abroad spare where a government depends on others",
        unit="share", assumed=29, source="Keck & Sikkink 1998: allies abroad protect")  # fmt: skip
    half_partners: float = number(1.0, 0.01, 100, "allies abroad of half effect", unit="organisations", assumed=29)
    voice: float = number(1.0, 0, 1, "how fresh a case is that many members carry to their own government", assumed=29,
        source="Keck & Sikkink 1998: networks gain leverage over states through others")  # fmt: skip


class DonorDrift(Mechanism):
    """Who lives on the means of allies abroad comes to want what they want, and to care for what they care for."""

    rate: float = number(0.05, 0, 1, "move toward allies abroad, if their means are all income", unit="share a month",
        assumed=29, source="Cooley & Ron 2002: recipients follow donors")  # fmt: skip


class Interplay(Mechanism):
    """Bodies that share members press each other on what is on their agendas."""

    rate: float = number(
        0.0, 0, 1, "move toward another body, if all members and all agenda are common", unit="share a week",
        source="convention: 0: bodies keep to themselves unless a scenario says otherwise",
    )  # fmt: skip


class Withdrawal(Mechanism):
    """Governments that a body shames leave it, the likelier the less they depend on others."""

    rate: float = number(0.0, 0, 1, "exits of a fully shamed government that depends on nobody", unit="per week",
        source="convention: 0: nobody leaves unless a scenario lets them")  # fmt: skip
    by_contagion: float = number(2.0, 0, 100, "rise of exits once all others have left", unit="share", assumed=29,
        source="Borzyskowski & Vabulas 2019: withdrawals are contagious")  # fmt: skip
