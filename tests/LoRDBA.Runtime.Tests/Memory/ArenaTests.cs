using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Memory;

public sealed class ArenaTests
{
    [Fact]
    public void Memory_that_no_machine_has_is_told_with_what_it_was_for()
    {
        var error = Assert.Throws<MemoryException>(() => Arena.Create(arena => ReserveAddressSpace(arena), "a test"));

        Assert.Equal(("memory.exhausted", true), (error.Code, error.ByteLength >= 1L << 50));
        Assert.Equal("The system does not give the 1,125,899,906,842,688 bytes of memory for a test: take a shorter context, fewer sequences or a smaller model.", error.Message);
    }

    private static unsafe void ReserveAddressSpace(Arena arena) => arena.Reserve<byte>(1L << 50);
}
