using System.Text;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

public sealed class StoreStateTests
{
    private static readonly Sha256Digest A = Sha256Digest.Of("a"u8), B = Sha256Digest.Of("b"u8), C = Sha256Digest.Of("c"u8), D = Sha256Digest.Of("d"u8);

    private static readonly StoreState State = new() { Generation = 7, Active = A, Previous = B, Proven = true, Starts = 2, Trial = C, Trials = 1, Slots = [A, B, C], Bad = [D] };

    [Fact]
    public void What_is_written_is_read()
    {
        var text = Encoding.ASCII.GetString(State.ToBytes());

        Assert.StartsWith($"lordba-store 1\ngeneration 7\nactive {A}\nprevious {B}\nproven 1\nstarts 2\ntrial {C} 1\nslot {A}\nslot {B}\nslot {C}\nbad {D}\nsha256 ", text);
        Assert.Equal(text, Encoding.ASCII.GetString(StoreState.Parse(State.ToBytes())!.ToBytes()));
        Assert.Equal(new StoreState().ToBytes(), StoreState.Parse(new StoreState().ToBytes())!.ToBytes());
    }

    [Fact]
    public void Every_bit_flip_and_every_prefix_is_refused()
    {
        var file = State.ToBytes();
        for (var bit = 0; bit < 8 * file.Length; bit++)
        {
            file[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Null(StoreState.Parse(file));
            file[bit / 8] ^= (byte)(1 << bit % 8);
        }
        for (var length = 0; length < file.Length; length++) Assert.Null(StoreState.Parse(file.AsSpan(0, length)));
        Assert.Null(StoreState.Parse([.. file, (byte)'\n']));
    }

    [Fact]
    public void Activating_keeps_one_before_and_lets_the_one_before_that_go()
    {
        var state = new StoreState().WithAdded(A).WithActive(A);
        Assert.Equal((A, null, false), (state.Active, state.Previous, state.Proven));

        state = state.WithAdded(B).WithActive(B).WithAdded(C);
        Assert.Equal((B, A), (state.Active, state.Previous));

        state = state.WithActive(C);
        Assert.Equal((C, B), (state.Active, state.Previous));
        Assert.Equal([B, C], state.Slots);

        Assert.Equal([B, C], state.WithActive(B).Slots);
        Assert.Equal((C, B), (state.WithActive(C).Active, state.WithActive(C).Previous));
    }

    [Fact]
    public void A_bad_adapter_leaves_wherever_it_was()
    {
        var state = new StoreState { Slots = [A, B, C], Active = A, Previous = B, Trial = C, Trials = 2 };

        Assert.Equal((B, null, true), (state.WithBad(A).Active, state.WithBad(A).Previous, state.WithBad(A).Proven));
        Assert.Equal((A, null), (state.WithBad(B).Active, state.WithBad(B).Previous));
        Assert.Equal((A, B, null, 0), (state.WithBad(C).Active, state.WithBad(C).Previous, state.WithBad(C).Trial, state.WithBad(C).Trials));
        Assert.Equal([A, B], state.WithBad(C).Slots);
        Assert.Equal([C], state.WithBad(C).Bad);
    }

    [Fact]
    public void The_list_of_bad_ones_is_bounded()
    {
        var state = new StoreState();
        for (var i = 0; i < 100; i++) state = state.WithBad(Sha256Digest.Of([(byte)i]));

        Assert.Equal(64, state.Bad.Count);
        Assert.Equal(Sha256Digest.Of([99]), state.Bad[^1]);
    }
}
