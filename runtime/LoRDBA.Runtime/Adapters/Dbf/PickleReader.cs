using System.Buffers.Binary;
using System.Text;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>A tensor as a pickle describes it: where it lies in a storage.</summary>
/// <param name="Storage">Which storage.</param>
/// <param name="Offset">Its first element there.</param>
/// <param name="Length">How many elements it has, one after another, in one dimension.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long Length);

/// <summary>A storage as a pickle names it.</summary>
/// <param name="IsHalf">Whether its elements are F16; else they are bytes.</param>
/// <param name="Key">Its entry in the archive is data/KEY.</param>
/// <param name="Length">How many elements it has.</param>
internal sealed record TorchStorage(bool IsHalf, string Key, long Length);

/// <summary>
/// Reads a pickle of dictionaries, numbers and tensors, as torch.save writes it. A pickle is a program: this reader knows the operations and
/// names of tensors and no others, and builds values without calling anything.
/// </summary>
/// <remarks>
/// Operations move values between a stack, marks on it, and a memo. All of them take a byte or more, and none copies a value, so what is
/// built is bounded by the length of the pickle. Values: <see cref="string"/>, <see cref="long"/>, <see cref="double"/>,
/// <see cref="bool"/>, null, object?[] (a tuple), Dictionary, <see cref="TorchTensor"/>. Source: CPython, Lib/pickletools.py.
/// </remarks>
internal ref struct PickleReader
{
    /// <summary>Some hundred bytes for a module; the largest models have thousands.</summary>
    private const int MaxLength = 4 << 20;

    private enum Name
    {
        RebuildTensor,
        OrderedDict,
        HalfStorage,
        ByteStorage,
    }

    private static readonly object Mark = new();

    private readonly ReadOnlySpan<byte> pickle;
    private readonly string path;
    private readonly List<object?> stack = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int at;

    private PickleReader(ReadOnlySpan<byte> pickle, string path)
    {
        this.pickle = pickle;
        this.path = path;
    }

    /// <returns>The dictionary that the pickle is.</returns>
    /// <exception cref="AdapterException">It is cut, has another operation or name, or is something else.</exception>
    public static Dictionary<string, object?> Read(ReadOnlySpan<byte> pickle, string path)
    {
        if (pickle.Length > MaxLength) throw new AdapterException(AdapterError.BadPickle, path, "data.pkl", $"it has {pickle.Length} bytes; at most {MaxLength} are read.");
        return new PickleReader(pickle, path).Run();
    }

    private Dictionary<string, object?> Run()
    {
        while (true)
        {
            var start = at;
            var operation = Byte();
            switch (operation)
            {
                case 0x80: // PROTO
                    Require(Byte() == 2, "its protocol is not 2, which torch.save writes.");
                    break;
                case (byte)'}': // EMPTY_DICT
                    stack.Add(new Dictionary<string, object?>(StringComparer.Ordinal));
                    break;
                case (byte)')': // EMPTY_TUPLE
                    stack.Add(Array.Empty<object?>());
                    break;
                case (byte)'(': // MARK
                    stack.Add(Mark);
                    break;
                case (byte)'t': // TUPLE
                    stack.Add(PopToMark());
                    break;
                case 0x85 or 0x86 or 0x87: // TUPLE1, TUPLE2, TUPLE3
                    stack.Add(Pop(operation - 0x84));
                    break;
                case (byte)'X': // BINUNICODE
                    stack.Add(Text(Bytes(Count())));
                    break;
                case (byte)'K': // BININT1
                    stack.Add((long)Byte());
                    break;
                case (byte)'M': // BININT2
                    stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)));
                    break;
                case (byte)'J': // BININT
                    stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)));
                    break;
                case (byte)'G': // BINFLOAT
                    stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)));
                    break;
                case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                    stack.Add(operation == 0x88);
                    break;
                case (byte)'N': // NONE
                    stack.Add(null);
                    break;
                case (byte)'q': // BINPUT
                    memo[Byte()] = Top();
                    break;
                case (byte)'r': // LONG_BINPUT
                    memo[U32()] = Top();
                    break;
                case (byte)'h': // BINGET
                    stack.Add(Recall(Byte()));
                    break;
                case (byte)'j': // LONG_BINGET
                    stack.Add(Recall(U32()));
                    break;
                case (byte)'c': // GLOBAL
                    stack.Add(Global());
                    break;
                case (byte)'Q': // BINPERSID
                    stack.Add(Storage(Pop(1)[0]));
                    break;
                case (byte)'R': // REDUCE
                    var call = Pop(2);
                    stack.Add(Call(call[0], call[1]));
                    break;
                case (byte)'s': // SETITEM
                    SetItems(Pop(2));
                    break;
                case (byte)'u': // SETITEMS
                    SetItems(PopToMark());
                    break;
                case (byte)'.': // STOP
                    Require(at == pickle.Length && stack is [Dictionary<string, object?>], "it does not end in one dictionary.");
                    return (Dictionary<string, object?>)stack[0]!;
                default:
                    throw new AdapterException(AdapterError.UnsafePickle, path, "data.pkl", $"byte {start} is the operation 0x{operation:x2}, which torch.save does not need for tensors. It is not run.");
            }
        }
    }

    private object Global()
    {
        var (module, name) = (Line(), Line());
        return (module, name) switch
        {
            ("torch._utils", "_rebuild_tensor_v2") => Name.RebuildTensor,
            ("collections", "OrderedDict") => Name.OrderedDict,
            ("torch", "HalfStorage") => Name.HalfStorage,
            ("torch", "ByteStorage") => Name.ByteStorage,
            _ => throw new AdapterException(AdapterError.UnsafePickle, path, "data.pkl", $"it names {module}.{name}, which is no part of a tensor of F16 or bytes: a pickle with it could run code. It is not run."),
        };
    }

    private readonly TorchStorage Storage(object? id)
    {
        if (id is object?[] and ["storage", Name type and (Name.HalfStorage or Name.ByteStorage), string key, string, long length] && length >= 0)
            return new TorchStorage(type == Name.HalfStorage, key, length);
        throw Error("a storage is described in another way than torch.save does.");
    }

    private readonly object Call(object? callee, object? arguments)
    {
        if (callee is Name.OrderedDict && arguments is object?[] and []) return new Dictionary<string, object?>(StringComparer.Ordinal);
        // Storage, offset, shape, strides, whether it has a gradient, hooks: the last two are off.
        if (callee is Name.RebuildTensor
            && arguments is object?[] and [TorchStorage storage, long offset, object?[] shape, object?[] strides, false, Dictionary<string, object?> { Count: 0 }])
        {
            Require(shape is [long and >= 0] && strides is [1L], "a tensor is not of one dimension, its elements one after another.");
            var length = (long)shape[0]!;
            Require(offset >= 0 && offset <= storage.Length && length <= storage.Length - offset, "a tensor is larger than its storage.");
            return new TorchTensor(storage, offset, length);
        }
        throw Error("something is called in another way than torch.save does for a tensor.");
    }

    private readonly void SetItems(object?[] items)
    {
        Require(items.Length % 2 == 0 && Top() is Dictionary<string, object?>, "items are set of what is no dictionary.");
        var target = (Dictionary<string, object?>)Top()!;
        for (var i = 0; i < items.Length; i += 2)
            Require(items[i] is string && target.TryAdd((string)items[i]!, items[i + 1]), "a key of a dictionary is no text, or is there twice.");
    }

    private readonly object? Recall(uint number)
    {
        Require(memo.TryGetValue(number, out var value), $"the memo has nothing at {number}.");
        return value;
    }

    private readonly object? Top()
    {
        Require(stack.Count > 0 && stack[^1] != Mark, "the stack is empty.");
        return stack[^1];
    }

    private readonly object?[] Pop(int count)
    {
        Require(stack.Count >= count, "the stack is empty.");
        object?[] values = [.. stack[^count..]];
        Require(!values.Contains(Mark), "the stack is empty.");
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private readonly object?[] PopToMark()
    {
        var mark = stack.LastIndexOf(Mark);
        Require(mark >= 0, "there is no mark on the stack.");
        object?[] values = [.. stack[(mark + 1)..]];
        stack.RemoveRange(mark, stack.Count - mark);
        return values;
    }

    private readonly string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException cause)
        {
            throw new AdapterException(AdapterError.BadPickle, path, "data.pkl", "a text is not UTF-8.", cause);
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>A text up to the end of the line.</summary>
    private string Line()
    {
        var length = pickle[at..].IndexOf((byte)'\n');
        Require(length >= 0, "it is cut short.");
        var text = Text(Bytes(length));
        at++;
        return text;
    }

    private byte Byte() => Bytes(1)[0];

    private uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    private int Count()
    {
        var count = U32();
        Require(count <= (uint)(pickle.Length - at), "it is cut short.");
        return (int)count;
    }

    private ReadOnlySpan<byte> Bytes(int count)
    {
        Require(count <= pickle.Length - at, "it is cut short.");
        at += count;
        return pickle.Slice(at - count, count);
    }

    private readonly void Require(bool condition, string message)
    {
        if (!condition) throw Error(message);
    }

    private readonly AdapterException Error(string message) => new(AdapterError.BadPickle, path, "data.pkl", $"near byte {at}: {message}");
}
