import numpy as np

from sandbox import noise


def test_numbers_are_normal_enough_for_paths() -> None:
    numbers = noise.normals(noise.mix(7, 1), noise.columns(200_000))

    assert abs(numbers.mean()) < 0.01
    assert abs(numbers.std() - 1.0) < 0.01
    assert abs((numbers**3).mean()) < 0.03


def test_a_column_does_not_depend_on_how_many_there_are() -> None:
    few, many = noise.uniforms(5, noise.columns(10)), noise.uniforms(5, noise.columns(1000))

    assert np.array_equal(few, many[:10])


def test_keys_and_neighbouring_columns_are_unrelated() -> None:
    one, other = (noise.normals(noise.mix(7, key), noise.columns(50_000)) for key in (1, 2))

    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.02


def test_bits_are_those_of_splitmix64() -> None:
    """The published sequence for the seed 1234567."""
    expected = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]

    assert noise.bits(1234567, noise.columns(5)).tolist() == expected


def test_a_key_is_pinned_so_that_a_seed_means_the_same_market_for_good() -> None:
    assert noise.mix(7, 1, 2) == 1650069959653123811
