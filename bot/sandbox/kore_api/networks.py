"""Mobile networks with a few cells; the names and codes are real, the cells are made up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a network, and where its tower stands."""

    area: int
    number: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Network:
    """A mobile network, as the API names it."""

    name: str
    mcc: str
    mnc: str
    country: str
    cells: tuple[Cell, ...]

    def cell_id(self, cell: Cell) -> str:
        """Give MCC-MNC-LAC-CID."""
        return f"{self.mcc}-{self.mnc}-{cell.area}-{cell.number}"


T_MOBILE = Network(
    "T-Mobile USA",
    "310",
    "260",
    "USA",
    (
        Cell(40482, 1243, 37.8828168, -122.3684899),
        Cell(40482, 1187, 37.8043514, -122.2711639),
        Cell(40483, 2210, 37.6688205, -122.0807964),
        Cell(40501, 5102, 37.3382082, -121.8863286),
        Cell(40517, 7741, 36.7377981, -119.7871247),
        Cell(40533, 9120, 35.3732921, -119.0187125),
        Cell(40560, 3308, 34.0522342, -118.2436849),
        Cell(40561, 3411, 33.7700504, -118.1937395),
    ),
)
AT_AND_T = Network(
    "AT&T",
    "310",
    "410",
    "USA",
    (
        Cell(11702, 80411, 37.7749295, -122.4194155),
        Cell(11733, 80977, 36.3302284, -119.2920585),
        Cell(11790, 82205, 33.9533487, -117.3961564),
        Cell(11801, 82914, 32.7157380, -117.1610838),
    ),
)
TELCEL = Network(
    "Telcel",
    "334",
    "020",
    "MEX",
    (
        Cell(2301, 41207, 25.6866142, -100.3161126),
        Cell(2302, 41388, 25.7486301, -100.2930021),
        Cell(2344, 43310, 32.5149469, -117.0382471),
    ),
)
TELEKOM_DE = Network(
    "Telekom.de",
    "262",
    "01",
    "DEU",
    (
        Cell(19320, 25611, 53.5510846, 9.9936819),
        Cell(19322, 25840, 53.4609142, 9.9838912),
    ),
)
VODAFONE_DE = Network(
    "Vodafone.de",
    "262",
    "02",
    "DEU",
    (
        Cell(7710, 30122, 53.5495120, 10.0064561),
        Cell(7715, 30177, 53.5753000, 10.0153000),
    ),
)
BY_CODES = {
    (each.mcc, each.mnc): each for each in (T_MOBILE, AT_AND_T, TELCEL, TELEKOM_DE, VODAFONE_DE)
}
