using System;

namespace nanoFramework.TestFramework
{
    /// <summary>A test failed.</summary>
    public sealed class AssertFailedException : Exception
    {
        /// <summary>Creates the error with its message.</summary>
        public AssertFailedException(string message) : base(message)
        {
        }
    }

    /// <summary>The assertions that the tests use: expected first, no tolerance, none generic.</summary>
    public static class Assert
    {
        /// <summary>Fails unless both are equal.</summary>
        public static void AreEqual(int expected, int actual)
        {
            if (expected != actual) throw new AssertFailedException("expected " + expected + ", got " + actual);
        }

        /// <summary>Fails unless <paramref name="condition"/> is true.</summary>
        public static void IsTrue(bool condition)
        {
            if (!condition) throw new AssertFailedException("expected true");
        }

        /// <summary>Fails unless <paramref name="action"/> throws exactly this type.</summary>
        public static void ThrowsException(Type exceptionType, Action action)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                if (e.GetType() == exceptionType) return;
                throw new AssertFailedException("expected " + exceptionType.FullName + ", got " + e.GetType().FullName);
            }
            throw new AssertFailedException("expected " + exceptionType.FullName + ", got no exception");
        }
    }
}
