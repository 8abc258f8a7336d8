"""A body, drawn by hand: its outline and its muscles, from the front and from behind. Pure data.

Half of it is drawn, to the right of the line x = 0, from the crown at y = 4 to the soles at 313; the other half is its
mirror image.
"""

from dataclasses import dataclass
from typing import Final, Literal

from training.catalogue.entry import Muscle

View = Literal["front", "back"]

HEIGHT: Final = 316
REACH: Final = 70  # from the middle to the fingers

OUTLINE: Final = (
    "M-.5 4C10 4 15.5 11 15.5 21C15.5 30 13 38 8.5 43L8.5 50C10 56 16 58.5 24 60.5C36 62 44 67 46 78"
    "C48 88 48.5 96 51 104C55 113 58 122 60 132C62 144 63 152 64 160C69 166 70 176 67 184C64 190 58.5 188 57.5 182"
    "C56 175 56 168 56 162C51 150 46 138 43 127C40 117 37.5 107 36 99C34.5 110 31 120 29 128C27 135 27 143 30 152"
    "C34.5 164 37 178 37 194C37 211 33 224 30 236C32 246 32.5 257 30.5 268C28.5 280 26 290 25 300"
    "C29 306 31 311 28 313L12.5 313C12 306 14.5 300 14 294C13 282 11 268 11 258C11 249 13 243 13 236"
    "C11 220 6 200 2.5 176L-.5 174Z"
)


@dataclass(frozen=True)
class Region:
    """A muscle as it shows from one side."""

    muscle: Muscle
    view: View
    path: str


_FOREARM: Final = "M44 122C47.5 122 50.5 119 52.5 115C57 124 60 138 61.5 157L57.5 158C52 147 46 136 44 122Z"

REGIONS: Final = (
    Region("neck", "front", "M1.5 47L7 45C7 51 8 55.5 11 58.5L3 62C1.5 57 1.5 52 1.5 47Z"),
    Region("traps", "front", "M9.5 54C13 58.5 19 61 29 62.5C22 65 14 65 8 63C8.5 60 9 57 9.5 54Z"),
    Region(
        "shoulders",
        "front",
        "M29 64C39 64 44.5 70 45.5 79C46 84 46.5 88 46.5 92C42 91 38 87 36 81C34 74 32 69 29 64Z",
    ),
    Region(
        "chest",
        "front",
        "M1.2 67C9 64.5 20 64.5 27 65.5C31.5 70 34.5 78 35.5 86C33.5 96 25 102 15 102C8 102 3 99 1.2 95Z",
    ),
    Region(
        "biceps",
        "front",
        "M37.5 87C40.5 91 44.5 94 47.5 95C49.5 102 51 108 51 114C49 119.5 45.5 121 43.5 118C40.5 109 37.5 98 37.5 87Z",
    ),
    Region("forearms", "front", _FOREARM),
    Region(
        "abdominals",
        "front",
        "M1.2 100C5 103.5 10 105 14.5 105C17.5 118 17 140 13 155C9 163 4.5 168 1.2 170ZM18 105C24 104 30 101 34 96"
        "C33 108 30 118 27.5 127C25.5 135 25.5 143 28 150C23.5 152 19.5 154 16.5 156C19 140 20 121 18 105Z",
    ),
    Region("abductors", "front", "M29 153C33.5 163 36 174 36.3 188C33.5 183 30 174 26.5 166C25.8 161 26.5 156 29 153Z"),
    Region("adductors", "front", "M3.2 176C7.5 171 11.5 168.5 15 167C16 182 14 199 10 214C7 201 4.2 189 3.2 176Z"),
    Region(
        "quadriceps",
        "front",
        "M17 166C20.5 162.5 24 164 25.5 168.5C29 177 33.5 185 35.8 193C35.8 209 32 223 28.5 232"
        "C24.5 237 18.5 237 14.5 232C12 226 11.2 221 11.2 215C15 200 18 184 17 166Z",
    ),
    Region(
        "calves",
        "front",
        "M14 243C18 246 24.5 246 28.8 242C31.3 251 31.3 260 29.3 270C27.3 280 25.2 288 23.5 297L16 297"
        "C15.2 285 12.2 269 12.2 257C12.2 251 13 247 14 243Z",
    ),
    Region("neck", "back", "M1 43L7.5 43C7.5 46 7.7 48.5 8.3 51L1 53Z"),
    Region("traps", "back", "M1 55L9 53.5C13 58 19 61 29 62.5C23 68 17 75 13.5 85C10.5 95 6.5 105 1 113Z"),
    Region(
        "shoulders",
        "back",
        "M30 64C39.5 64 44.5 70 45.5 79C46 84 46.5 88 46.5 91C41 89 34.5 82.5 31 75C29 71 28.5 67.5 30 64Z",
    ),
    Region(
        "middle back",
        "back",
        "M27.5 67C28 75 32 82 36 86C33 93 27 97 20 98.5C16 99 12.5 100 9.5 102.5C12.5 93 14.5 85 18.5 77"
        "C21.5 72 24.5 69 27.5 67Z",
    ),
    Region(
        "lats",
        "back",
        "M36 89C35.5 105 31.5 118 28 128C20.5 126 12 133 4.5 139L3.8 114C7 108 9 105 11 103.5C22 102 31.5 98.5 36 89Z",
    ),
    Region(
        "lower back",
        "back",
        "M1 119L2.6 116L3.4 142C11 137 19 131.5 27 131C26 138 26.3 144 28 150C20 152.5 12 157 6.5 165L1 171Z",
    ),
    Region(
        "triceps",
        "back",
        "M37.5 89C40.5 91.5 44.5 93.5 47.5 94C50 103 52 110 52.5 116C48.5 121.5 44.5 121 42.5 116"
        "C39.5 107 37 97 37.5 89Z",
    ),
    Region("forearms", "back", _FOREARM),
    Region("abductors", "back", "M23 154L29 152C33.5 163 36 174 36.5 187C34.5 176 30 161 23 154Z"),
    Region(
        "glutes",
        "back",
        "M2 170C7 161 14 156 21.5 155.5C29 160 33.5 170 34.5 181C30.5 191 18 194 8 190C4 188 2 183 2 178Z",
    ),
    Region("adductors", "back", "M3.2 184C5.5 189.5 8 192 11 193.5C10 198 9.2 203 9.3 209C6.2 200 4.2 192 3.2 184Z"),
    Region(
        "hamstrings",
        "back",
        "M12.5 194C20.5 196 30.5 194 36 187.5C36.3 206 33 223 29.2 234C25 231 21 231 18 235C14 229 12 215 10.8 205"
        "C10.8 200 11.5 197 12.5 194Z",
    ),
    Region(
        "calves",
        "back",
        "M13.2 241C17 235.5 25 234.5 29 239.5C32 249 32 259 29.3 269C26.5 277 24.3 287 23.5 297L16 297"
        "C15 287 13.2 275 12.2 265C11.2 255 12 247 13.2 241Z",
    ),
)

# Lines that a body has and no muscle needs.
RELIEF: Final[dict[View, str]] = {
    "front": "M1 117H15.5M1 131H16M1 145H14.5M23 172C26 190 25 212 21.5 231M22 249C21 264 20 280 19.5 293",
    "back": "M22 199C23.5 210 23 222 21 230M21 240C22 252 21 262 20 270",
}

# Where the middle of a muscle's number stands, once for each muscle.
PLACES: Final[dict[Muscle, tuple[View, float, float]]] = {
    "chest": ("front", 18, 85),
    "abdominals": ("front", 0, 124),
    "adductors": ("front", 0, 196),
    "quadriceps": ("front", 24, 205),
    "traps": ("back", 0, 74),
    "middle back": ("back", 23, 88),
    "lats": ("back", 19, 116),
    "lower back": ("back", 0, 148),
    "glutes": ("back", 18, 175),
    "hamstrings": ("back", 23, 213),
    "calves": ("back", 21, 256),
}
# Beside what is thinner than a number: where the number begins.
BESIDE: Final[dict[Muscle, tuple[View, float, float]]] = {
    "neck": ("front", 16, 44),
    "shoulders": ("front", 48, 74),
    "biceps": ("front", 54, 101),
    "forearms": ("front", 61, 126),
    "abductors": ("front", 38, 196),
    "triceps": ("back", 54, 104),
}
